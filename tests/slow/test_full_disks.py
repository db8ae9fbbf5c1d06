"""A disk that fills up, alone or with the folder that Snakemake works in: told, and the same command goes on.

Full disks are small ones of memory, which only root can make.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.slow.troubles import elsewhere

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of so many bytes in the place of a folder."""
    if os.getuid():
        pytest.skip("only root makes a small disk; tests/workflow/test_faults.py has the same with limited files")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def make_room(disk: Path) -> None:
    """Makes a small disk a large one."""
    subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)


def test_a_full_disk_is_told_and_a_larger_one_is_enough(fresh, expected, tmp_path_factory):
    disk = tmp_path_factory.mktemp("disk")
    with small_disk(disk, "500k"):
        done = fresh.snakemake("--cores", "1", "--config", f"results={disk}/results")
        assert done.returncode == 1
        assert f"Make room on the disk of {disk}/results/one" in done.stderr
        assert "Traceback" not in done.stderr
        make_room(disk)
        ends_well_there = fresh.snakemake("--cores", "1", "--config", f"results={disk}/results")
        assert ends_well_there.returncode == 0, ends_well_there.stderr
        shutil.copytree(disk / "results", fresh.results)
    assert fresh.bytes_of_results() == expected


@pytest.mark.parametrize("size", ["4k", "40k", "300k", "1200k"])  # at the lock, at notes, in the first and a late verb
def test_a_full_disk_that_holds_snakemake_s_own_notes_too_is_told(fresh, expected, tmp_path_factory, size):
    """`mgassay run` works beside the results, so that .snakemake lies on their disk: it may be what fills up first."""
    disk = tmp_path_factory.mktemp("disk")
    run = [sys.executable, "-m", "mgassay", "run", fresh.experiments, "--results", disk / "results", "--cores", "1"]
    here = {"cwd": fresh.folder, "env": {**os.environ, "PYTHONPATH": str(fresh.folder / "src")}, "timeout": 300}
    with small_disk(disk, size):
        done = subprocess.run(run, capture_output=True, text=True, **here)
        assert done.returncode == 2, done.stdout + done.stderr
        last = done.stderr.splitlines()[-1]
        assert f"Make room on the disk of {disk} " in last
        assert "type the same command again" in last
        assert "Traceback" not in done.stderr or size == "4k"  # Snakemake's own
        make_room(disk)
        done = subprocess.run(run, capture_output=True, text=True, **here)
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.copytree(disk / "results", fresh.results)
        done = subprocess.run(run, capture_output=True, text=True, **here)
        assert "Nothing to do" in done.stdout
    assert fresh.bytes_of_results() == expected


def test_plain_snakemake_says_it_too_of_the_folder_it_works_in(fresh, expected, tmp_path_factory):
    disk = tmp_path_factory.mktemp("disk")
    command = ["--cores", "1", *elsewhere(fresh, disk)]
    with small_disk(disk, "28k"):
        done = fresh.snakemake(*command)
        assert done.returncode == 1
        assert f"The disk of {disk} is full." in done.stderr
        assert "type the same command again" in done.stderr
        make_room(disk)
        done = fresh.snakemake(*command)
        assert done.returncode == 0, done.stderr
        assert "is full" not in done.stderr
        shutil.copytree(disk / "results", fresh.results)
    assert fresh.bytes_of_results() == expected
