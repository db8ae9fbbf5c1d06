"""Where a verb's words go: to the terminal, or to a log with the last ones on the terminal too."""

import errno
import os
import shlex
import sys
from pathlib import Path
from typing import Any, TextIO

_terminal: list[int] = []  # the terminal's own stderr, while stderr is a log

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk is full, or this user's part of it
NOT_YOURS = (errno.EACCES, errno.EPERM, errno.EROFS)
BROKEN = (errno.EIO, errno.ESTALE)  # the disk, or the way to it
AGAIN = "Then type the same command again: what is finished is kept."


def into_log(path: Path) -> None:
    """Sends all that this process and its children say from here on to a file; raises OSError where it cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    _terminal.append(os.dup(2))
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


class Patient:
    """A text stream that whoever reads it may leave (`mgassay check DIR | head`): from then on its words go nowhere.

    The work goes on and ends with its own status.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes, or does nothing where nobody reads any more."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._leave()
            return len(text)

    def flush(self) -> None:
        """Hands on what was written, or does nothing where nobody reads any more."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> None:
        """Sends what is still to come nowhere, what the stream holds back among it."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


def last_words(text: str) -> None:
    """Says why it ends on stderr, and on the terminal where stderr is a log; a full disk keeps it from neither."""
    for stream in (2, *_terminal):
        try:
            os.write(stream, text.encode(errors="backslashreplace"))
        except OSError:  # the log's disk is the full one
            continue


def refused(error: Exception) -> str:
    """What is said where the computer refuses (disk, memory): what, and what to do; "" for any other error.

    >>> refused(OSError(2, "No such file or directory", "a"))
    ''
    """
    if isinstance(error, OSError):
        return refused_by_disk(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "BrokenProcessPool":
        return (
            "no memory was left, or the process was ended from outside. Close other programs or use fewer processes "
            f"(--cores 1; with SLURM ask for more memory). {AGAIN}"
        )
    return ""


def refused_by_disk(error: OSError) -> str:
    """What is said where a disk refuses: the file, the folder, what to do; "" where it is something else."""
    file = Path(str(error.filename or ""))
    folder = file.parent if error.filename else Path()
    typed = shlex.quote(str(folder))
    elsewhere = "or take another folder (--config results=FOLDER; mgassay run: --results FOLDER)"
    if error.errno in NO_ROOM:
        remedy = f"Make room on the disk of {folder} (`df -h {typed}` shows it), {elsewhere}. {AGAIN}"
    elif error.errno in NOT_YOURS:
        remedy = f"`ls -ld {typed}` shows who may use that folder. Have that changed, {elsewhere}. {AGAIN}"
    elif error.errno in BROKEN:
        remedy = f"The disk of {folder}, or the network to it, does not answer as it should. {AGAIN}"
    else:
        return ""
    return f"{error.strerror}: {file if error.filename else 'the file that was being written'}. {remedy}"
