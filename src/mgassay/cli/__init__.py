"""The command line: each verb reads, calls one function of a room, and writes.

Exit status: 0 (warnings included), 1 something in the data to mend, 2 wrong usage, 3 a bug of ours.
"""

import gc
import os
import sys
import traceback

import typer

from mgassay.cli import bench, chemistry, overview, planning, stages
from mgassay.errors import MgassayError, UsageError

_BETWEEN_COLLECTIONS = 100_000  # objects; Python's own 700 costs a tenth of a verb, which lives for seconds

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="How much of Mg2+'s protection against calcification is outside the cell, and how much inside?",
)
for room in (bench, chemistry, planning, stages, overview):
    room.register(app)


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
    try:
        app()
    except UsageError as error:
        sys.stderr.write(f"mgassay: {error}\n")
        raise SystemExit(2) from None
    except MgassayError as error:
        sys.stderr.write(f"mgassay: {error}\n")
        raise SystemExit(1) from None
    except Exception:
        traceback.print_exc()
        sys.stderr.write("mgassay: this is a bug of ours, not a mistake of yours. Please report the lines above.\n")
        raise SystemExit(3) from None
