"""The files of an experiment folder by their checksums: what results were made of, and whether it is still there."""

from collections.abc import Mapping
from pathlib import Path

from mgassay.files import sha256_of
from mgassay.readers.paths import is_file, is_left_behind

UNREADABLE = "unreadable"  # in place of a checksum


def input_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below an experiment folder by its relative path, sorted; UNREADABLE where it cannot be had.

    Files that programs and systems leave behind (`.DS_Store`, `~$plate.xlsx`) are nobody's data and no input.
    """
    files = sorted(f for f in folder.rglob("*") if not is_left_behind(f) and is_file(f))
    return {f.relative_to(folder).as_posix(): digest_of(f) for f in files}


def changed_inputs(folder: Path, hashes: Mapping[str, str]) -> list[str]:
    """The files below an experiment folder that are no longer those of `hashes`: changed, gone or new."""
    now = input_hashes(folder)
    return sorted(f for f in {*now, *hashes} if now.get(f) != hashes.get(f))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; UNREADABLE for one that is another user's, or that the disk does not give."""
    try:
        return sha256_of(path)
    except OSError:
        return UNREADABLE
