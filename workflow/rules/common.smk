# What every rule needs: where things are, and what makes an edited input or program rerun what depends on it.
import functools
import hashlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

validate(config, "../schemas/config.schema.yaml")

FOLDER = str(config["experiments"]).rstrip("/")
RESULTS = str(config["results"]).rstrip("/")
PACKAGE = Path(workflow.basedir) / "src" / "mgassay"
MGASSAY = f"{shlex.quote(sys.executable)} -m mgassay"
ID = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"

# The rooms whose code decides what a rule writes. The ground floor and the command line decide for every rule.
GROUND = (
    "errors.py",
    "units.py",
    "wellnames.py",
    "flags.py",
    "presets.py",
    "problems.py",
    "catalogue",
    "table.py",
    "input_tables.py",
    "medium_tables.py",
    "tables.py",
    "experiment.py",
    "store.py",
    "cli",
)
ROOMS = {
    "read": (
        "readers",
        "../../resources/kits",
        "../../resources/image_names",
    ),
    "images": ("readers", "assays/images", "report/overlay.py", "report/outline.py"),
    "quantify": (
        "design",
        "panels.py",
        "../../resources/panels",
        "assays",
        "chemistry",
        "../../resources/chemistry",
    ),
    "effects": (
        "design",
        "panels.py",
        "../../resources/panels",
        "effects",
        "report",
        "chemistry",
        "../../resources/chemistry",
    ),
    "report": (
        "design",
        "panels.py",
        "../../resources/panels",
        "effects",
        "report",
        "assays",
        "readers/miqe_items.py",
        "../../resources/miqe",
    ),
    "export": (
        "design",
        "panels.py",
        "../../resources/panels",
        "effects",
        "report",
        "assays",
        "readers/miqe_items.py",
    ),
    "overview": (
        "design",
        "panels.py",
        "../../resources/panels",
        "effects",
        "report",
        "assays",
        "readers/miqe_items.py",
    ),
    "gate": (),
}


def experiments():
    """The experiment folders, by name; a folder whose name is no id is refused before anything runs."""
    if not os.path.isdir(FOLDER):
        raise WorkflowError(
            f"experiments: there is no folder {FOLDER!r}. Set it in config/config.yaml or by --config."
        )
    names = sorted(
        e.name for e in os.scandir(FOLDER) if e.is_dir() and not e.name.startswith(".")
    )
    if only := config.get("only"):
        names = [n for n in names if n == only]
    if wrong := [n for n in names if not re.fullmatch(ID, n)]:
        raise WorkflowError(
            f"experiments: rename {wrong}; an id has letters, digits, '_', '.', '-' only, 64 at most."
        )
    if not names:
        raise WorkflowError(
            f"experiments: {FOLDER!r} holds no experiment folder. `mgassay init DIR` makes one."
        )
    return names


def listing(wildcards):
    """A file named after the names, sizes and times of change of the experiment's files.

    Another name is another input, so `read` runs again when a file is added, removed or written.
    """
    if wildcards.experiment not in EXPERIMENTS:
        raise WorkflowError(
            f"There is no experiment {wildcards.experiment!r} in {FOLDER!r}; there are: {EXPERIMENTS}."
        )
    root = f"{FOLDER}/{wildcards.experiment}"
    found = (os.path.join(d, f) for d, _, files in os.walk(root) for f in files)
    held = sorted((os.path.relpath(f, root), *os.lstat(f)[6:9:2]) for f in found)
    digest = hashlib.sha256(repr(held).encode()).hexdigest()[:16]
    return f"{RESULTS}/{wildcards.experiment}/logs/listing/{digest}"


@functools.cache
def part_digest(part):
    """Digest of one file, or of all files of one room, of the package; the same for one that is not there."""
    root = f"{PACKAGE}/{part}"
    walked = (
        os.path.join(d, f)
        for d, _, names in os.walk(root)
        for f in names
        if "__pycache__" not in d
    )
    files = sorted(walked) if os.path.isdir(root) else [root] * os.path.exists(root)
    return hashlib.sha256(
        b"".join(
            os.path.relpath(f, root).encode() + Path(f).read_bytes() for f in files
        )
    ).digest()


def verb(name, arguments):
    """A shell command that calls one verb.

    It holds a digest of the code that the verb's outcome rests on, so that an edit of it is another command, and what
    the verb made is made again. (A digest in `params` would do the same, and import pandas in every run.)
    """
    code = hashlib.sha256(
        b"".join(part_digest(part) for part in (*GROUND, *ROOMS[name]))
    ).hexdigest()[:16]
    return f"MGASSAY_CODE={code} {{MGASSAY}} {name} {arguments}"


EXPERIMENTS = experiments()


wildcard_constraints:
    experiment=ID,
