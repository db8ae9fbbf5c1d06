"""How a slow test makes trouble for a run: a file that is never written to its end, a program that ends its step."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.workflow.conftest import Lab

# Put at the end of the lab's own copy of files.py: trouble while a verb writes a file, once.
TROUBLE = """

_untroubled = write_bytes


def write_bytes(path: Path, content: bytes) -> None:
    import sys, time

    said = Path({said!r})
    if {verb!r} in sys.argv and path.name == {name!r} and not said.exists():
        said.touch()
        {trouble}
    _untroubled(path, content)
"""
KILL = "os.kill(os.getpid(), 9)"
HALF = "path.with_name(f'.{path.name}.{platform.node()}@{os.getpid()}').write_bytes(content[: len(content) // 2])"
KILL_HALFWAY = f"{HALF}; {KILL}"
KILL_AFTER = f"_untroubled(path, content); {KILL}"
WAIT = "time.sleep(600)"

# The same for a verb that writes no file: trouble when it begins.
AT_START = """

import sys as _sys

if {verb!r} in _sys.argv and not Path({said!r}).exists():
    Path({said!r}).touch()
    {trouble}
"""

# A program that stands in the place of one of the system's: when it has done its part it kills, once.
KILLS = """#!/bin/sh
case "$*" in *{word}*)
    if [ ! -e '{said}' ]; then
        : >'{said}'
        {program} "$@"
        {kill}
    fi
esac
exec {program} "$@"
"""
ITS_SHELL = 'test "$(cat /proc/$PPID/comm)" = bash && kill -9 $PPID; kill -9 $$'
ALL = "kill -9 0"  # its group of processes


def while_writing(lab: Lab, verb: str, name: str, trouble: str) -> Path:
    """Makes a verb run into trouble at one of its files, the first time; the file that then says that it did."""
    return _added_to_files(lab, TROUBLE, verb=verb, name=name, trouble=trouble)


def at_start(lab: Lab, verb: str, trouble: str) -> Path:
    """Makes a verb run into trouble as it begins, the first time; the file that then says that it did."""
    return _added_to_files(lab, AT_START, verb=verb, trouble=trouble)


def _added_to_files(lab: Lab, text: str, **words: str) -> Path:
    said = lab.folder / "trouble"
    files = lab.folder / "src/mgassay/files.py"
    files.write_text(files.read_text() + text.format(said=str(said), **words))
    return said


def when_called(lab: Lab, program: str, word: str, kill: str) -> tuple[Path, str]:
    """Makes a program kill when it is called with a word; the file that then says that it did, and the PATH for it."""
    said, put_before, real = lab.folder / "trouble", lab.folder / "programs", shutil.which(program)
    put_before.mkdir()
    (put_before / program).write_text(KILLS.format(word=word, said=said, program=real, kill=kill))
    (put_before / program).chmod(0o755)
    return said, f"{put_before}:{os.environ['PATH']}"


def started(lab: Lab, *args: str) -> subprocess.Popen[str]:
    """Snakemake in the background, at the head of a group of processes of its own."""
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("snakemake")), "--cores", "1", *args],
        cwd=lab.folder,
        env={**os.environ, "PYTHONPATH": str(lab.folder / "src"), "NO_COLOR": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )


def elsewhere(lab: Lab, folder: Path) -> list[str]:
    """The words that let Snakemake work in another folder, with the lab's workflow, settings and experiments."""
    of_lab = ["--snakefile", "Snakefile", "--workflow-profile", "profiles/default"]
    settings = ["--replace-workflow-config", "--configfile", str(lab.folder / "config" / "config.yaml")]
    return [*of_lab, *settings, "--directory", str(folder), "--config", f"experiments={lab.experiments}"]


def wait_until(true: Callable[[], bool], seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def ran(lab: Lab, experiment: Path) -> Lab:
    """A lab after a run of an experiment as its `one`."""
    lab.add("one", experiment)
    done = lab.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


def not_run(lab: Lab, folder: Path) -> Lab:
    """A lab of the same code and experiments that has not run yet."""
    unlike = shutil.ignore_patterns("results", ".snakemake", "__pycache__")
    shutil.copytree(lab.folder, folder, symlinks=True, ignore=unlike)
    return Lab(folder)


def ends_well(lab: Lab, expected: dict[str, bytes], *args: str) -> None:
    """The same command once more gives all results, and then there is nothing to do."""
    done = lab.snakemake("--cores", "1", *args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lab.bytes_of_results() == expected
    assert lab.jobs(*args) == {}
