"""The command line: each verb reads, calls one function of a room, and writes.

Exit status: 0 (warnings included), 1 something in the data to mend, 2 wrong usage, 3 a bug of ours.
"""

import gc
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli import bench, chemistry, doctor, explaining, exporting, overview, planning, running, stages
from mgassay.cli.said import Patient, into_log, last_words, refused
from mgassay.cli.words import coloured
from mgassay.errors import MgassayError, UsageError
from mgassay.problems import visible

_BETWEEN_COLLECTIONS = 100_000  # objects; Python's own 700 costs a tenth of a verb, which lives for seconds
_WORKFLOW = ("read", "images", "quantify", "effects", "report", "export", "overview", "gate")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="How much of Mg2+'s protection against calcification is outside the cell, and how much inside?",
)
for room in (bench, running, explaining, doctor, planning, chemistry, stages, exporting, overview):
    room.register(app)
for verb in app.registered_commands:
    if verb.callback is not None and verb.callback.__name__ in _WORKFLOW:
        verb.rich_help_panel = "Steps of the workflow, which `mgassay run` and snakemake call"


def _print_version(wanted: bool) -> None:
    """Prints the version and ends."""
    if wanted:
        from importlib import metadata

        typer.echo(f"mgassay {metadata.version('mgassay')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version and end")
    ] = False,
    log: Annotated[Path | None, typer.Option(hidden=True, help="a file for all that the verb says")] = None,
) -> None:
    """How much of Mg2+'s protection against calcification is outside the cell, and how much inside?"""
    if log is not None:
        into_log(log)


def one_thread() -> None:
    """Keeps numpy to one thread: Snakemake runs processes side by side, and no number may depend on the cores.

    It sets these itself to the threads of a rule; those of `images` are processes.
    """
    for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[pool] = "1"


def main() -> None:
    """Runs the command line; the one place where an exception becomes an exit status."""
    one_thread()
    gc.set_threshold(_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    sys.stdout, sys.stderr = Patient(sys.stdout), Patient(sys.stderr)
    try:
        app()
    except UsageError as error:
        _end(2, str(error))
    except MgassayError as error:
        _end(1, str(error))
    except Exception as error:
        if words := refused(error):
            _end(2, words)
        last_words(traceback.format_exc())
        _end(3, "this is a bug of ours, not a mistake of yours. Please report the lines above.")


def _end(status: int, words: str) -> None:
    """Says why on stderr and ends with that status."""
    last_words(f"{coloured('mgassay:', 'error', sys.stderr)} {visible(words)}\n")
    raise SystemExit(status) from None
