"""A lab whose snakemake hands its jobs to a real SLURM (tests/slurm/cluster.py)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.slurm.cluster import Cluster, missing
from tests.workflow.conftest import ROOT, Lab, make_lab, small_experiment  # noqa: F401

EXECUTOR = ROOT / ".venv-slurm"


@dataclass
class ClusterLab(Lab):
    cluster: Cluster

    def command(self, *args: str) -> list[str]:
        """Snakemake with the profile for SLURM. This cluster keeps no accounts; and nobody waits for a test."""
        return [
            str(Path(sys.executable).with_name("snakemake")),
            *("--workflow-profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command", "squeue"),
            *("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1"),
            *("--set-threads", "images=1", "--latency-wait", "10"),
            *args,
        ]

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'src'}:{EXECUTOR}"
        return {**os.environ, **self.cluster.environment, "PYTHONPATH": path, "NO_COLOR": "1"}

    def on_cluster(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*args), cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=500
        )

    def begun(self, *args: str) -> subprocess.Popen[bytes]:
        """Snakemake in the background, what it says in snakemake.out."""
        with (self.folder / "snakemake.out").open("wb") as out:
            return subprocess.Popen(self.command(*args), cwd=self.folder, env=self.environment, stdout=out, stderr=out)

    def said(self) -> str:
        return (self.folder / "snakemake.out").read_text()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if lacking := missing():
        pytest.skip(f"SLURM is not installed here (no {', '.join(lacking)}); .ci/run installs it from Debian")
    if not (EXECUTOR / ".ready").exists():
        pytest.skip("Snakemake's SLURM executor is not installed here; `make test` installs it")
    if os.getuid():
        pytest.skip("a node of SLURM is root's, and these tests make one")
    made = Cluster(tmp_path_factory.mktemp("slurm") / "node")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def cluster_lab(cluster: Cluster, tmp_path: Path) -> Iterator[ClusterLab]:
    before = set(cluster.jobs())
    lab = ClusterLab(make_lab(tmp_path).folder, cluster)
    yield lab
    if set(cluster.jobs()) - before:
        cluster.cancel_all()
