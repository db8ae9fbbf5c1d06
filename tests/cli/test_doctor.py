"""What the doctor finds, and what it says to type."""

import os
import shlex
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mgassay.cli import app, doctor


def run(*args):
    return CliRunner().invoke(app, ["doctor", *map(str, args)])


def test_here_everything_needed_is_there(tmp_path):
    done = run("--results", tmp_path / "results")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[-1] == "Everything needed is there."
    for package in ("numpy", "pandas", "snakemake", "phreeqc"):
        assert f"ok      {package} {metadata.version(package)}" in lines
    assert any("profiles: default" in line for line in lines)
    assert not (tmp_path / "results").exists()


def test_every_extra_of_the_project_is_explained():
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) - {"build", "dev"} <= set(doctor.EXTRAS)


@pytest.mark.parametrize(("version", "said"), [(None, "is not installed"), ("1.0", "but numpy>=2 is needed")])
def test_a_package_that_is_missing_or_too_old_ends_non_zero(monkeypatch, version, said):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: version if name == "numpy" else real(name))
    done = run()
    assert done.exit_code == 1
    assert said in done.output.replace("numpy >=2", "numpy>=2")
    assert "make install, in the checkout" in done.output
    assert done.output.splitlines()[-1] == "1 needed and missing."


def test_an_extra_that_is_not_there_is_no_fault_and_says_what_to_type(monkeypatch):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "nd2" else real(name))
    done = run()
    assert done.exit_code == 0
    assert "absent  extra nd2: Nikon ND2 images" in done.output
    assert "install -e '.[nd2]'" in done.output


def test_slurm_is_added_as_it_was_locked(monkeypatch):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if "slurm" in name else real(name))
    root = Path(__file__).parents[2]
    monkeypatch.setattr("sys.prefix", str(root / ".venv"))
    lines = run().output.splitlines()
    said = lines[lines.index("absent  extra slurm: running on a SLURM cluster") + 1]
    assert shlex.split(said) == ["make", "-C", str(root), "slurm"]


def test_a_folder_that_cannot_be_written_to_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    done = run("--results", tmp_path / "results")
    assert done.exit_code == 1
    assert f"missing {tmp_path} cannot be written to" in done.output


def test_a_file_in_the_place_of_results_is_named(tmp_path):
    (tmp_path / "results").touch()
    assert run("--results", tmp_path / "results").exit_code == 1


def test_a_machine_without_slurm_or_checkout(monkeypatch, tmp_path):
    from mgassay.cli import place

    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert [f.state for f in doctor.cluster()] == ["absent"]
    monkeypatch.setattr(place.mgassay, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    (finding,) = doctor.workflow()
    assert finding.state == "missing"
    assert "make install" in finding.what


def test_cores_and_memory_are_those_of_the_machine(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert doctor.cores() == 3
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 1_000_000, "SC_PAGE_SIZE": 4096}[name])
    assert doctor.memory_gb() == pytest.approx(4.096)
