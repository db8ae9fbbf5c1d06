# What every rule needs: where things are, and what makes an edited input or program rerun what depends on it.
import functools
import hashlib
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path, PurePath

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# Whether another workflow uses this one (`is_module` of a modifier is true of the main workflow, too).
AS_MODULE = not workflow.modifier.is_main_snakefile()

for key in ("experiments", "results"):
    if isinstance(config.get(key), int):  # 2024_11 comes as 202411
        raise WorkflowError(
            f"{key}: Snakemake reads this name as the number {config[key]}. Write ./ before it."
        )
validate(config, "../schemas/config.schema.yaml")

FOLDER, RESULTS = (
    os.path.expanduser(str(config[key]).rstrip("/"))
    for key in ("experiments", "results")
)
# The package that the verbs run, which is not beside the Snakefile where another workflow uses this one as a module.
INSTALLED = importlib.util.find_spec("mgassay")
if INSTALLED is None or INSTALLED.origin is None:
    raise WorkflowError(
        f"The package mgassay is not installed beside this Snakemake ({sys.executable}): type `make install` in the "
        "checkout and use the Snakemake in its .venv/bin, or install the checkout with pip into the environment of yours."
    )
from mgassay.readers.paths import is_left_behind
from mgassay.versions import deciding, versions

PACKAGE = Path(INSTALLED.origin).parent
# -P: a file of the lab's that is named as a module of Python's, or as ours, is never run in its place.
MGASSAY = f"{shlex.quote(sys.executable)} -P -m mgassay"
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
    "files.py",
    "versions.py",
    "seals.py",
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
        "readers",
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
# What these write depends on the versions of what draws and writes workbooks, too.
DRAWING = ("report", "export", "overview")
VERSIONS = versions()


def experiments():
    """The experiment folders, by name; a folder whose name is no id is refused before anything runs."""
    if not os.path.isdir(FOLDER):
        raise WorkflowError(
            f"experiments: there is no folder {FOLDER!r}. Set it in config/config.yaml or by --config."
        )
    check_apart()
    there = sorted(
        e.name for e in os.scandir(FOLDER) if e.is_dir() and not e.name.startswith(".")
    )
    names = [n for n in there if n == ONLY] if ONLY else there
    if there and not names:
        raise WorkflowError(
            f"only: there is no experiment {ONLY!r} in {FOLDER!r}; there are: {there}."
        )
    if wrong := [n for n in names if not re.fullmatch(ID, n)]:
        raise WorkflowError(
            f"experiments: rename {wrong}; an id has letters, digits, '_', '.', '-' only, 64 at most."
        )
    if not names:
        raise WorkflowError(
            f"experiments: {FOLDER!r} holds no experiment folder. `mgassay init DIR` makes one."
        )
    return names


def as_named(only):
    """The experiment that `only` names: Snakemake reads 007 as the number 7, which one folder alone may be meant by."""
    if not isinstance(only, int) or not os.path.isdir(FOLDER):
        return str(only)
    alike = [n for n in os.listdir(FOLDER) if n.isdigit() and int(n) == only]
    return alike[0] if len(alike) == 1 else str(only)


def check_apart():
    """Raises WorkflowError where results would be written among raw data, or one experiment is named as all of them."""
    among = os.path.join(FOLDER, ONLY).rstrip("/")
    raw = os.path.realpath(among)
    made = [os.path.realpath(os.path.join(RESULTS, name)) for name in ("", ONLY)]
    if any(os.path.commonpath([raw, folder]) == raw for folder in made):
        raise WorkflowError(
            f"results: {RESULTS!r} lies in {among!r}, among raw data, where the next run would take it "
            "for an experiment. Name another folder: --config results=FOLDER"
        )
    if any(os.path.isfile(f"{FOLDER}/experiment.{kind}") for kind in ("toml", "xlsx")):
        above, name = os.path.split(os.path.realpath(FOLDER))
        raise WorkflowError(
            f"experiments: {FOLDER!r} is one experiment, not the folder that holds them. Type: --config "
            f"{shlex.quote(f'experiments={above}')} {shlex.quote(f'only={name}')}"
        )


def files_below(folder, at=""):
    """Name, size and time of change of every file below a folder (a walk by os.walk costs twice the time).

    A folder that may not be looked into is one line, so that the others are read; what `read` finds in it, it tells. A
    file that may not be read is another one when it may, which no time of change tells.
    """
    if not os.access(folder, os.R_OK | os.X_OK):
        yield at, "may not be looked into", 0
        return
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path, f"{at}{entry.name}/")
        elif not is_left_behind(PurePath(entry.name)):
            is_now = entry.stat(follow_symlinks=False)
            readable = os.access(entry.path, os.R_OK)
            size = is_now.st_size if readable else "may not be read"
            yield f"{at}{entry.name}", size, is_now.st_mtime_ns


@functools.cache
def listing_of(experiment):
    """A file named after the names, sizes and times of change of the experiment's files.

    Another name is another input, so `read` runs again when a file is added, removed or written.
    """
    held = sorted(files_below(f"{FOLDER}/{experiment}"))
    digest = hashlib.sha256(repr(held).encode()).hexdigest()[:16]
    return f"{RESULTS}/{experiment}/logs/listing/{digest}"


def listing(wildcards):
    """The listing of the experiment that is asked for; refuses one that is not there."""
    if wildcards.experiment not in EXPERIMENTS:
        raise WorkflowError(
            f"There is no experiment {wildcards.experiment!r} in {FOLDER!r}; there are: {EXPERIMENTS}."
        )
    return listing_of(wildcards.experiment)


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


def code(name):
    """A file named after the code that a verb's outcome rests on, and the versions of packages; an input of its rule.

    An edit of that code, or another version, is another name, so that what the verb made is made again. (A digest in
    `params` would do the same, import pandas in every run, and be forgotten where the results were moved or .snakemake
    was removed.)
    """
    parts = b"".join(part_digest(part) for part in (*GROUND, *ROOMS[name]))
    used = deciding(VERSIONS, drawing=name in DRAWING)
    digest = hashlib.sha256(parts + repr(used).encode()).hexdigest()[:16]
    return f"{RESULTS}/logs/code/{name}-{digest}"


def verb(name, arguments):
    """A shell command that calls one verb. What it says goes to the rule's log; why it failed is said here, too."""
    return command(f"{{MGASSAY}} --log {{log:q}} {name} {arguments}")


def command(text):
    """A shell command. In a module it holds our own names worked out: Snakemake looks for them in the outer workflow.

    Elsewhere it does not, since the same folder by another path would be another command, and all be made again.
    """
    if not AS_MODULE:
        return text
    ours = {
        "{MGASSAY}": MGASSAY,
        "{FOLDER:q}": shlex.quote(FOLDER),
        "{RESULTS:q}": shlex.quote(RESULTS),
        "{EXPERIMENTS:q}": shlex.join(EXPERIMENTS),
    }
    for name, held in ours.items():
        text = text.replace(name, held.replace("{", "{{").replace("}", "}}"))
    return text


ONLY = as_named(config.get("only", ""))
EXPERIMENTS = experiments()


wildcard_constraints:
    experiment=ID,
