"""Where the workflow and its programs are: the checkout that this package was installed from."""

import importlib.util
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import mgassay
from mgassay.errors import UsageError
from mgassay.problems import suggestion

SNAKEFILE = "Snakefile"
_EXECUTOR = re.compile(r"""^executor:\s*["']?([\w-]+)""", re.MULTILINE)
_OWN_EXECUTORS = ("local", "dryrun", "touch")  # Snakemake's, which need no plugin
TABLES = ("experiment.toml", "experiment.xlsx", "conditions.csv", "files.csv")  # of an experiment's own folder


def checkout() -> Path:
    """The folder that holds the Snakefile, the profiles and resources/; raises UsageError where there is none.

    A wheel holds none of them: the package has to be installed from its checkout (`make install`), and stay there.
    """
    home = Path(mgassay.__file__).resolve().parents[2]
    if not (home / SNAKEFILE).is_file():
        raise UsageError(
            f"the workflow is not there: {home} holds no Snakefile. mgassay has to be installed from its checkout, "
            "which has to stay where it was: type `make install` in the checkout, and use the mgassay in its .venv/bin."
        )
    return home


def experiments_below(folder: Path) -> list[str]:
    """Names of the experiments in a folder that is none itself; nothing for one that is."""
    if any((folder / table).exists() for table in TABLES):
        return []
    inside = (e for e in folder.iterdir() if e.is_dir() and not e.name.startswith("."))
    return sorted(e.name for e in inside if any((e / table).exists() for table in TABLES))


def check_writable(folder: Path, option: str) -> None:
    """Raises UsageError where nothing can be written into a folder, or into the one that it would be made in."""
    there = folder.absolute()
    while not there.exists() and not there.is_symlink():
        there = there.parent
    if not there.is_dir():
        raise UsageError(f"{there} is a file, so no folder can be made there. Name another: {option} FOLDER")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(
            f"nothing can be written into {there}: it is read-only, or another user's. Name another: {option} FOLDER"
        )


def profile_folder(home: Path, profile: str) -> Path:
    """A profile by the name of its folder in profiles/, or by its path; raises UsageError where there is none."""
    if not profile:
        return home / "profiles" / "default"
    found = (home / "profiles" / profile, Path(profile).resolve())
    for folder in found:
        if (folder / "config.yaml").is_file():
            return folder
    raise UsageError(f"--profile: there is no profile {profile}. {suggestion(profile, profiles(home))}")


def check_executor(home: Path, profile: Path) -> None:
    """Raises UsageError where a profile hands jobs to an executor whose plugin Snakemake lacks here."""
    found = _EXECUTOR.search((profile / "config.yaml").read_text(encoding="utf-8", errors="replace"))
    if found is None or found[1] in _OWN_EXECUTORS:
        return
    plugin = f"snakemake-executor-plugin-{found[1]}"
    if importlib.util.find_spec(plugin.replace("-", "_")) is None:
        brings = (
            slurm_install(home) if found[1] == "slurm" else shlex.join([sys.executable, "-m", "pip", "install", plugin])
        )
        raise UsageError(f"--profile: {profile.name} needs {plugin}, which is not installed. Type: {brings}")


def slurm_install(home: Path) -> str:
    """What brings Snakemake's SLURM executor: the locked one in the checkout's own environment, pip in another."""
    if Path(sys.prefix).resolve() == home / ".venv":
        return f"make -C {shlex.quote(str(home))} slurm"
    return shlex.join([sys.executable, "-m", "pip", "install", "mgassay[slurm]"])


def profiles(home: Path) -> list[str]:
    """The names of the workflow's own profiles."""
    return sorted(p.parent.name for p in (home / "profiles").glob("*/config.yaml"))


def snakemake_program() -> Path:
    """Snakemake of the environment that mgassay runs in; raises UsageError where it has none."""
    beside = Path(sys.executable).with_name("snakemake")
    found = str(beside) if beside.is_file() else shutil.which("snakemake")
    if found is None:
        raise UsageError("Snakemake is not installed beside mgassay: type `make install` in the checkout.")
    return Path(found)
