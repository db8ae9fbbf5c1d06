"""The blank image that settings name: whether it is there, and how it is called among the images of its row."""

import posixpath
from pathlib import Path

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.header import Rows
from mgassay.readers.images.pixels import open_image, read_header
from mgassay.readers.paths import is_file, leaves_folder, spelt_as_on_disk


def blank_of_row(folder: Path, raw: RawFile, named: str | None, problems: Problems) -> str:
    """The blank image of a row as its folder calls it, "" where none is named.

    An error tells one that is not there, or that can never be decoded.
    """
    if not named:
        return ""
    try:
        _check_named(folder, named)
        read_header(folder / spelt_as_on_disk(folder, named))
    except UnreadableError as error:
        problems.add(error.code, file=named, place=error.place, seen=error.seen, **error.facts)
    return posixpath.normpath(spelt_as_on_disk(folder, named))


def open_named(folder: Path, file: str) -> Rows:
    """The pixels of an image that a table or setting names.

    Raises UnreadableError as `open_image`, MG041 for one that lies outside of the experiment folder and MG282 for one
    that is not there.
    """
    _check_named(folder, file)
    return open_image(folder / spelt_as_on_disk(folder, file))


def _check_named(folder: Path, file: str) -> None:
    """Raises UnreadableError MG041 or MG282 for a file that is not in the folder."""
    if leaves_folder(folder, file):
        raise UnreadableError("MG041", seen=file)
    if not is_file(folder / spelt_as_on_disk(folder, file)):
        raise UnreadableError("MG282", seen=file)
