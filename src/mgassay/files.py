"""Files of results: written whole or not at all, found again or said to be missing, known by their checksums.

Every file is written beside its place and moved there in one step, so that a killed job never leaves half a table.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
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
        "Delete this experiment's folder of results and run again: all of it is made anew from the raw files. "
        "If files of your own lie in it, copy them elsewhere first."
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


def list_of(results: Path, verb: str) -> Path:
    """Where the list of the files is that a verb wrote into folders where a lab puts files of its own."""
    return results / "parts" / "handed_on" / f"{verb}.json"


def list_written(results: Path, verb: str, names: Iterable[str]) -> None:
    """Writes down the files of a verb by their names relative to the results: before they are written, or as they are.

    So nothing that a killed run wrote is taken for a file of the lab's, and no file of the lab's for one of ours.
    """
    write_json(list_of(results, verb), sorted({*names}))


def remove_written(results: Path, verb: str, keep: Iterable[str] = (), *, unlisted: Iterable[str] = ()) -> None:
    """Removes what earlier runs of a verb wrote, but `keep`, and nothing else.

    Where there is no list yet (another version made these results), what is there of `unlisted`. Raises UsageError
    where the list is none of ours.
    """
    path = list_of(results, verb)
    names = _listed(path) if path.is_file() else list(unlisted)
    for written in (results / name for name in sorted({*names}.difference(keep))):
        if written.is_file():
            written.unlink()


def _listed(path: Path) -> list[str]:
    """The names in a list of `list_written`; raises UsageError where one could lead out of the results."""
    names = read_json(path)
    if not isinstance(names, list) or not all(isinstance(n, str) and _is_inside(n) for n in names):
        raise not_ours(path, "it is no list of files of these results")
    return names


def _is_inside(name: str) -> bool:
    """Whether a name is that of a file that is handed on, or of a thumbnail."""
    parts = PurePosixPath(name).parts
    return ".." not in parts and (parts[:1] == ("export",) or parts[:2] == ("parts", "thumbnails"))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file; raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_hashes(folder: Path, *leave: str) -> dict[str, str]:
    """SHA-256 of every file below a folder, those in its folders `leave` left out, by its relative path, sorted.

    A file that may not be read is left out: it is none of ours.
    """
    found = {}
    for file in sorted(f for f in folder.rglob("*") if f.relative_to(folder).parts[0] not in leave):
        with contextlib.suppress(PermissionError):
            if file.is_file():
                found[file.relative_to(folder).as_posix()] = sha256_of(file)
    return found


def bytes_of_files(folder: Path, names: Iterable[str]) -> int:
    """How many bytes files have together by their relative names, or by those of parts of them (`a.jpg/B3`); each once.

    A name that is none counts 0.
    """
    named = (folder / name for name in names)
    files = {path if path.is_file() else path.parent for path in named}
    return sum(f.stat().st_size for f in files if f.is_file())


def flat_name(file: str) -> str:
    """A file name for what belongs to `file`: its path with the separators replaced, unique by a short hash."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", file)
    return f"{safe[-80:]}-{hashlib.sha256(file.encode()).hexdigest()[:8]}"
