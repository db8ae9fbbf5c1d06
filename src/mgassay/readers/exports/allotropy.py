"""Instruments that allotropy knows and we do not, read by it in an environment of its own.

allotropy needs pandas below 3 and takes seconds to import, so it runs in another Python (`make vendors` sets it up) and
only when files.csv names one of these readers.
"""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers import allotropy_bridge
from mgassay.readers.allotropy_document import Document, blocks_from_document
from mgassay.readers.blocks import readings_from_blocks
from mgassay.readers.reader import Export, Reader
from mgassay.readers.sheets import Content

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

PREFIX = "allotropy_"
PYTHON = "MGASSAY_VENDORS"  # environment variable: the Python that has allotropy
VENDORS = {
    "kaleido": ("REVVITY_KALEIDO", "Revvity/PerkinElmer Kaleido (VICTOR Nivo, EnSight)"),
    "smart_control": ("BMG_LABTECH_SMART_CONTROL", "BMG Labtech SMART Control workbook"),
    "lunatic": ("UNCHAINED_LABS_LUNATIC", "Unchained Labs Lunatic and Stunner"),
    "nanodrop_8000": ("THERMO_FISHER_NANODROP_8000", "Thermo NanoDrop 8000"),
    "nanodrop_eight": ("THERMO_FISHER_NANODROP_EIGHT", "Thermo NanoDrop Eight"),
    "qubit_flex": ("THERMO_FISHER_QUBIT_FLEX", "Thermo Qubit Flex"),
    "msd": ("MSD_WORKBENCH", "MSD Discovery Workbench"),
}
EVIDENCE = "read by allotropy; what it gives is checked, no real file seen by us"
_SECONDS = 300


def python_of_vendors() -> Path | None:
    """The Python that has allotropy: as MGASSAY_VENDORS says, else of `.venv-vendors` beside our own environment."""
    said = os.environ.get(PYTHON, "")
    path = Path(said) if said else Path(sys.prefix).with_name(".venv-vendors") / "bin" / "python"
    return path if path.is_file() else None


def read(vendor: str, content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The readings that allotropy finds in an export (its bytes), after our own checks.

    Raises UnreadableError MG163 (not set up), MG165 (refused by allotropy), MG126 (nothing of a plate reader in it).
    """
    blocks = blocks_from_document(document_of(vendor, content))
    if not blocks:
        raise UnreadableError("MG126", seen="no reading of a plate reader", title=f"{vendor} (by allotropy)")
    if any(b.channel.startswith("A") for b in blocks):
        problems.add("MG166", file=raw.file)
    return Export(readings_from_blocks(blocks, content, raw, problems))


def document_of(vendor: str, content: Content) -> Document:
    """The document that allotropy makes of an export; raises UnreadableError MG163 or MG165."""
    python = python_of_vendors()
    if python is None:
        raise UnreadableError("MG163", seen="allotropy is not set up")
    command = [str(python), "-I", str(Path(allotropy_bridge.__file__)), vendor, Path(content.file).name]
    try:
        done = subprocess.run(command, input=content.raw, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own script, the file's name is one argument
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise UnreadableError("MG165", seen=type(cause).__name__) from cause
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UnreadableError("MG165", seen=(said[-1] if said else f"exit status {done.returncode}")[:300])
    try:
        document: Document = json.loads(done.stdout)
    except ValueError as cause:
        raise UnreadableError("MG165", seen=type(cause).__name__) from cause
    return document


READERS = tuple(
    Reader(
        f"{PREFIX}{name}",
        title,
        "vendors",
        detect=lambda content: False,  # seconds of import are paid only when files.csv names the reader
        read=functools.partial(read, vendor),
        evidence=EVIDENCE,
    )
    for name, (vendor, title) in VENDORS.items()
)
