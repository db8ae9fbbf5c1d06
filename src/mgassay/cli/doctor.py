"""The verb that looks at the machine: what is there, what is missing, and what to type for it."""

import contextlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli.place import checkout, profiles, slurm_install, snakemake_program
from mgassay.cli.words import coloured
from mgassay.errors import UsageError
from mgassay.readers.images.formats import FORMATS

OLDEST = (3, 11)
EXTRAS = {f.extra: f"{f.name} images" for f in FORMATS if f.extra} | {"slurm": "running on a SLURM cluster"}
LITTLE_GB = 2.0  # a whole slide takes up to 1 GB, Snakemake and its jobs the rest


@dataclass(frozen=True)
class Finding:
    """A line of the report; `state` is ok, missing (needed) or absent (could be added), `remedy` what to type."""

    state: str
    what: str
    remedy: str = ""


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(doctor)


def doctor(
    results: Annotated[Path, typer.Option(help="the folder where results are to be written")] = Path("results"),
) -> None:
    """Look at the machine: versions, workflow, cores, memory, extras; exit 1 where something needed is missing."""
    found = [*programs(), *workflow(), *machine(results), *extras(), *allotropy(), *cluster()]
    for finding in found:
        typer.echo(finding_text(finding))
    lacking = [f for f in found if f.state == "missing"]
    typer.echo(f"{len(lacking)} needed and missing." if lacking else "Everything needed is there.")
    if lacking:
        raise typer.Exit(1)


def finding_text(finding: Finding) -> str:
    """A finding as a line, and one more for what to type."""
    kind = {"ok": "good", "missing": "error", "absent": "notice"}[finding.state]
    head = coloured(f"{finding.state:8}", kind, sys.stdout)
    return f"{head}{finding.what}" + (f"\n        {finding.remedy}" if finding.remedy else "")


def programs() -> Iterator[Finding]:
    """Python, mgassay, and the packages that it always needs, with their versions."""
    version = platform.python_version()
    old = sys.version_info[:2] < OLDEST
    yield Finding("missing" if old else "ok", f"Python {version}", "make PYTHON=python3.11 install" if old else "")
    try:
        needed = metadata.requires("mgassay") or []
        yield Finding("ok", f"mgassay {metadata.version('mgassay')}")
    except metadata.PackageNotFoundError:
        yield Finding("missing", "mgassay is not installed as a package", "make install, in the checkout")
        return
    for requirement in needed:
        if "extra ==" not in requirement:
            yield _package(requirement)


def _package(requirement: str) -> Finding:
    """Whether a package is there in a version that will do."""
    name = _name(requirement)
    version = _version(name)
    if version is None:
        return Finding("missing", f"{name} is not installed", "make install, in the checkout")
    if not _will_do(requirement, version):
        return Finding("missing", f"{name} {version}, but {requirement} is needed", "make install, in the checkout")
    return Finding("ok", f"{name} {version}")


def _name(requirement: str) -> str:
    """The package of a requirement.

    >>> _name("snakemake >=9"), _name('czifile>=2019.7.2 ; extra == "czi"')
    ('snakemake', 'czifile')
    """
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else requirement


def _version(name: str) -> str | None:
    """The version of an installed package, None where it is not there. It is not imported."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _will_do(requirement: str, version: str) -> bool:
    """Whether a version meets a requirement."""
    from packaging.requirements import Requirement

    return Requirement(requirement).specifier.contains(version, prereleases=True)


def workflow() -> Iterator[Finding]:
    """The Snakefile with its profiles, and Snakemake's program."""
    try:
        home = checkout()
        yield Finding("ok", f"workflow in {home}; profiles: {', '.join(profiles(home))}")
        program = snakemake_program()
        yield Finding("ok", f"program {program}")
    except UsageError as error:
        yield Finding("missing", str(error))


def machine(results: Path) -> Iterator[Finding]:
    """Cores that this process may use, memory, and whether results can be written."""
    yield Finding("ok", f"{cores()} cores")
    if (gb := memory_gb()) is not None:
        advice = "Images of whole slides may not fit: mgassay run --cores 1" if gb < LITTLE_GB else ""
        yield Finding("ok", f"{gb:.1f} GB of memory", advice)
    there = next(p for p in (results.resolve(), *results.resolve().parents) if p.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        yield Finding("ok", f"results can be written to {results}")
    else:
        yield Finding("missing", f"{there} cannot be written to", "Name another folder: --results FOLDER")


def cores() -> int:
    """Processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def memory_gb() -> float | None:
    """The machine's memory; None where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return None


def extras() -> Iterator[Finding]:
    """What each extra would add, and which are there."""
    wanted: dict[str, list[str]] = {}
    for requirement in metadata.requires("mgassay") or [] if _version("mgassay") else []:
        if found := re.search(r"extra == [\"'](\w+)[\"']", requirement):
            wanted.setdefault(found[1], []).append(_name(requirement))
    for extra, purpose in EXTRAS.items():
        lacking = [name for name in wanted.get(extra, ()) if _version(name) is None]
        if extra in wanted:
            yield Finding(
                "absent" if lacking else "ok", f"extra {extra}: {purpose}", _install(extra) if lacking else ""
            )


def _install(extra: str) -> str:
    """What to type for an extra; for SLURM what is locked, where there is a checkout."""
    if extra == "slurm":
        with contextlib.suppress(UsageError):
            return slurm_install(checkout())
    return f"{Path(sys.executable).with_name('pip')} install -e '.[{extra}]', in the checkout"


def allotropy() -> Iterator[Finding]:
    """Whether allotropy, which reads further instruments, is set up in its own environment."""
    python = Path(os.environ.get("MGASSAY_VENDORS") or Path(sys.prefix).with_name(".venv-vendors") / "bin" / "python")
    what = "allotropy: further instruments (`mgassay readers` lists them)"
    yield Finding("ok", what) if python.is_file() else Finding("absent", what, "make vendors, in the checkout")


def cluster() -> Iterator[Finding]:
    """Whether SLURM's commands are on this machine."""
    sbatch = shutil.which("sbatch")
    if sbatch is None:
        yield Finding("absent", "SLURM: no sbatch here; only needed to run on a cluster")
    else:
        yield Finding("ok", f"SLURM: {sbatch}")
