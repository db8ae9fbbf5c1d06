"""Paths that the lab wrote down: whether they stay in the experiment folder, and which files they mean."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # how the folder of an experiment may be called
ID_RULE = "letters, digits, _ . and -, beginning with a letter or digit, at most 64 signs."
_CLOSE = 0.8  # how alike the names of a missing file and of the one that is meant are, from 0 to 1
_LISTED_FILES = 5000  # enough to find the nearest name of a missing file
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".btf", ".svs", ".ndpi", ".czi", ".nd2", ".lif")
_LEFT_BY_SYSTEMS = ("thumbs.db", "desktop.ini")


def leaves_folder(folder: Path, file: str) -> bool:
    """Whether a path that stands in a table leads, or could lead, out of the folder: `../`, absolute, or by a link."""
    windows = PureWindowsPath(file)
    if windows.drive or windows.root or ".." in windows.parts or file.startswith("~/") or not file.isprintable():
        return True
    return not lies_inside(folder, folder / file)


def lies_inside(folder: Path, path: Path) -> bool:
    """Whether a path ends in the folder once its links are followed; links that go in circles lead nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # Python 3.11 raises RuntimeError for links in a circle
        return False


def spelt_as_on_disk(folder: Path, file: str) -> str:
    """A path as its file is really called: `ä` may be one sign or two (a Mac writes two), and both look the same."""
    forms = (file, unicodedata.normalize("NFC", file), unicodedata.normalize("NFD", file))
    return next((form for form in forms if is_file(folder / form) or is_folder(folder / form)), file)


def is_file(path: Path) -> bool:
    """Whether there is a file of that name; a name longer than the system takes belongs to none."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder of that name."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_shut(path: Path) -> bool:
    """Whether a file may not be looked at, or a folder may not be looked into: it is another user's, or was closed."""
    try:
        if path.stat() and path.is_dir():
            next(map(Path.lstat, path.iterdir()), None)
    except PermissionError:
        return True
    except (OSError, ValueError):  # a name that is too long, or none
        return False
    return False


def is_left_behind(path: PurePath) -> bool:
    """Whether a file was left by a program or system (hidden, lock, thumbnails) and is nobody's data."""
    return path.name.startswith((".", "~$")) or path.name.lower() in _LEFT_BY_SYSTEMS


def paths_of_images(folder: Path, file: str) -> list[Path]:
    """The files that a row of images names: a file, all files of a folder, or those that a glob finds; sorted.

    Links are among them, wherever they lead. Raises ValueError for a glob that is none.
    """
    path = folder / file
    found = [path] if is_file(path) else path.iterdir() if is_folder(path) else folder.glob(file)
    return sorted(p for p in found if (p.is_symlink() or is_file(p)) and not is_left_behind(p))


def files_in(folder: Path) -> list[str]:
    """Names of the files of a folder and those below it, relative to it, sorted, as far as one may look among them."""
    found = (p for p in folder.rglob("*") if is_file(p))
    return sorted(p.relative_to(folder).as_posix() for p, _ in zip(found, range(_LISTED_FILES), strict=False))


def offered(wanted: str, known: Iterable[str], taken: Collection[str]) -> list[str]:
    """The names that may stand for a missing one: of those that other rows name, only such with the same numbers.

    >>> offered("calcium_D1", ["calcium_D2", "calcum_D1"], ["calcium_D2", "calcum_D1"])
    ['calcum_D1']
    """
    numbers = re.findall(r"\d+", wanted)
    return [name for name in known if name not in taken or re.findall(r"\d+", name) == numbers]


def candidates(file: str, known: Iterable[str]) -> list[str]:
    """Files that may be meant by a missing one: of its kind, and none of the folder's own tables.

    One alone where its name is close, else all, the likest first.

    >>> candidates("raw/plate_3.csv", ["files.csv", "raw/notes.txt", "raw/qpcr.csv", "raw/plate3.csv"])
    ['raw/plate3.csv']
    """
    wanted = PurePosixPath(file.replace("\\", "/"))
    data = [PurePosixPath(k) for k in known if "/" in k and not k.startswith("layouts/")]
    alike = [k for k in data if k.suffix.lower() == wanted.suffix.lower()] or data
    likest = sorted(alike, key=lambda k: (-_likeness(k.name, wanted.name), str(k)))
    close = bool(likest) and _likeness(likest[0].name, wanted.name) >= _CLOSE
    return [str(k) for k in (likest[:1] if close else likest)]


def _likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, whatever their case."""
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()
