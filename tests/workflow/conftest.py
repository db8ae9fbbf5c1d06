"""A lab: a copy of the workflow in a folder of its own, where plain `snakemake` runs on chosen experiments."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from mgassay.cli import app

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo" / "mg-trpm7-demo"


@dataclass
class Lab:
    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def experiments(self) -> Path:
        return self.folder / "experiments"

    def snakemake(self, *args: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Runs Snakemake here; `before`: a program that starts it."""
        return subprocess.run(
            [*before, Path(sys.executable).with_name("snakemake"), *args],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def jobs(self, *args: str) -> dict[str, int]:
        """Jobs that a dry run would start, by rule."""
        dry = self.snakemake("--dry-run", "--quiet", "rules", *args)
        assert dry.returncode == 0, dry.stdout + dry.stderr
        return table_of_jobs(dry.stdout + dry.stderr)

    def add(self, name: str, source: Path = DEMO) -> Path:
        shutil.copytree(source, self.experiments / name)
        return self.experiments / name

    def bytes_of_results(self) -> dict[str, bytes]:
        files = (f for f in self.results.rglob("*") if f.is_file() and "logs" not in f.parts)
        return {f.relative_to(self.results).as_posix(): f.read_bytes() for f in files}


def table_of_jobs(text: str) -> dict[str, int]:
    """The counts that Snakemake prints under "Job stats"."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].isdigit() and words[0] != "total":
            found[words[0]] = int(words[1])
    return found


def make_lab(folder: Path) -> Lab:
    shutil.copy(ROOT / "Snakefile", folder / "Snakefile")
    being_written = shutil.ignore_patterns("*.pyc.*")
    for part in ("workflow", "profiles", "config", "src"):
        shutil.copytree(ROOT / part, folder / part, ignore=being_written)
    held = shutil.ignore_patterns("demo")
    shutil.copytree(ROOT / "resources", folder / "resources", ignore=held, dirs_exist_ok=True)
    (folder / "experiments").mkdir()
    (folder / "config" / "config.yaml").write_text("experiments: experiments\nresults: results\n")
    return Lab(folder)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


@pytest.fixture(scope="session")
def small_experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated experiment without images, quick to run; never written to."""
    return simulated(tmp_path_factory.mktemp("simulated") / "small", images=False)


@pytest.fixture(scope="session")
def pictured_experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with 33 images, small but worth two processes; never written to."""
    return simulated(tmp_path_factory.mktemp("pictured") / "small", images=True, image_size=(160, 120))


def simulated(folder: Path, **truth: Any) -> Path:
    """A simulated experiment of three donors, written into a folder."""
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    for name, content in simulate_experiment(Truth(donors=3, **truth), 11, "small").items():
        store.write_bytes(folder / name, content)
    return folder


@pytest.fixture(scope="session")
def ran_small(tmp_path_factory: pytest.TempPathFactory, small_experiment: Path) -> Lab:
    """A lab that has run a small experiment to its end; copy it."""
    lab = make_lab(tmp_path_factory.mktemp("small"))
    lab.add("small", small_experiment)
    done = lab.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


@pytest.fixture
def finished(ran_small: Lab, tmp_path: Path) -> Lab:
    """A copy of it with all times of its files, which is as good as the first (mark: xdist_group("finished"))."""
    shutil.copytree(ran_small.folder, tmp_path / "lab", symlinks=True)
    return Lab(tmp_path / "lab")


@pytest.fixture(scope="session")
def demo_lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab that has run the demo experiment to its end; read it, do not write to it."""
    lab = make_lab(tmp_path_factory.mktemp("lab"))
    lab.add("mg-trpm7-demo")
    done = lab.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


def run_verbs(folder: Path, made: Path) -> Path:
    """The results of an experiment folder by the verbs of the workflow, without Snakemake."""
    for verb, arguments in (("read", [folder, made]), ("images", [folder, made]), ("quantify", [made]),
                            ("effects", [made]), ("report", [folder, made]), ("export", [made])):  # fmt: skip
        run_verb(verb, *arguments)
    return made


def run_verb(verb: str, *folders: Path) -> None:
    """A verb in this process, where it starts faster."""
    done = CliRunner().invoke(app, [verb, *map(str, folders)], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def table_of(results: Path, name: str) -> pd.DataFrame:
    """A table of the results as its readers have it."""
    path = results / "tables" / f"{name}.csv"
    return pd.read_csv(path, dtype={"rep": str}, keep_default_na=False, na_values=[""])


def errors_of(results: Path) -> pd.DataFrame:
    """The problems that are errors."""
    problems = table_of(results, "problems")
    return problems[problems.severity == "error"]
