"""Files of results: written whole or not at all, found again or said to be missing, known by their checksums.

Every file is written beside its place and moved there in one step, so that a killed job never leaves half a table.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mgassay.errors import UsageError

_HALF = re.compile(r"\..+\.(?P<node>[^@]*)@(?P<pid>\d+)")  # name of a file that is being written


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; folders are made as needed.

    OSError names the file, which a full disk by itself does not; what was written of it is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{platform.node()}@{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_text(path: Path, text: str) -> None:
    r"""Writes UTF-8 text with the line ends it has, whole or not at all.

    Bytes of a file's name that are no UTF-8 are written as \udc80 to \udcff, which JSON reads back as they were.
    """
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_json(path: Path, value: object) -> None:
    """Writes JSON with sorted keys; NaN is refused (ValueError), a missing number is null."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The JSON value that a file holds; raises UsageError where the stage that writes it has not run, or it is none."""
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise not_ours(path, str(error)) from None


def read_text(path: Path) -> str:
    """The text that an earlier stage wrote, line ends as they are; raises UsageError where it has not run."""
    return made(path).read_bytes().decode()


def made(path: Path) -> Path:
    """A file that an earlier stage made; raises UsageError where it is absent."""
    if not path.is_file():
        order = "read, images, quantify, effects, report"
        raise UsageError(f"{path} is not there: run the stages in their order ({order}), or snakemake, which does.")
    return path


def whole(path: Path) -> Path:
    """A text that an earlier stage made, down to its last line; raises UsageError where it is cut off or gone."""
    with made(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        if file.read(1) != b"\n":
            raise not_ours(path, "its last line breaks off" if size else "it is empty")
    return path


def not_ours(path: Path, seen: str) -> UsageError:
    """What is said of a file of results that does not hold what mgassay writes there."""
    return UsageError(
        f"{path} is not as mgassay writes it ({seen}): it was cut off, edited, or made by another version. "
        "Delete this experiment's folder of results and run again: all of it is made anew from the raw files."
    )


def remove_half_written(folder: Path, *, below: bool = True) -> None:
    """Removes what writers that were killed left beside the files of a folder and, if asked, of those below it.

    A writer is dead when it was of this computer and no such process runs; one of another computer is let be.
    """
    for path in folder.glob("**/.*@*" if below else ".*@*"):
        half = _HALF.fullmatch(path.name)
        if half and half["node"] == platform.node() and not _runs(int(half["pid"])):
            path.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    """Whether a process of this number runs here."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def file_hashes(folder: Path, *leave: str) -> dict[str, str]:
    """SHA-256 of every file below a folder, those in its folders `leave` left out, by its relative path, sorted."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.relative_to(folder).parts[0] not in leave)
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def changed_files(folder: Path, hashes: Mapping[str, str]) -> list[str]:
    """The files below a folder that are no longer those of `hashes`: changed, gone or new."""
    now = file_hashes(folder)
    return sorted(f for f in {*now, *hashes} if now.get(f) != hashes.get(f))
