"""What a raw file holds: text, a workbook or an RDML document, told by its bytes and never by its name."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.sheets import Content
from mgassay.readers.text import text_from_bytes
from mgassay.readers.workbooks import XLS, check_unpacked, sheets_from_workbook, sheets_from_xls

TEXT_LIMIT = 60_000_000  # bytes; a hundred 384-well runs with their curves are 50 MB
LINE_LIMIT = 60_000  # signs; 1,536 wells over time are 30,000
# Run files by their ending: the program that opens them, and how it exports.
RUN_FILES = {
    ".eds": ("QuantStudio or StepOne software", "Export, Results, as text or .xlsx"),
    ".sds": ("SDS software", "File, Export, Results"),
    ".pcrd": ("CFX Manager or Maestro", "Export, Export All Data Sheets, and take “Quantification Cq Results”"),
    ".rex": ("Rotor-Gene software", "File, Save As, Excel Analysis Sheet"),
    ".ixo": ("LightCycler 480 software", "Abs Quant result table, right click, Export Table"),
    ".xpt": ("Gen5", "Data, Export, as text or Excel"),
    ".sda": ("SoftMax Pro", "File, Import/Export, Export, as text"),
    ".spr": ("SoftMax Pro", "File, Import/Export, Export, as text"),
    ".skax": ("SkanIt", "Export, as .xlsx"),
    ".skanit": ("SkanIt", "Export, as .xlsx"),
}
_OTHER_FILES = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"II*\x00": "a picture",
    b"MM\x00*": "a picture", b"{\\rtf": "a word processor's document", b"Rar!": "a .rar archive",
}  # fmt: skip
_XML_HEAD = 4000  # bytes in which the root of an XML document stands
_RDML = re.compile(rb"<\0?(?:(?:\w\0?)+:\0?)?r\0?d\0?m\0?l\0?[\s>]")  # the zeros are those of UTF-16
_SAVED_AS = {
    "a web page saved as a workbook": re.compile(rb"\s*<(?:!doctype html|html|table)\b", re.IGNORECASE),
    "an XML spreadsheet of Excel 2003": re.compile(rb"\s*<\?[\s\S]*urn:schemas-microsoft-com:office:spreadsheet"),
}


def content_from_file(path: Path, file: str, problems: Problems) -> Content:
    """What the raw file at `path` holds; a notice when its text is not UTF-8.

    Raises UnreadableError for a file that is absent, empty, locked, broken, too large or of no known kind.
    """
    try:
        content = content_from_bytes(_bytes_of(path), file)
    except UnreadableError as bad:
        if bad.code in ("MG104", "MG105", "MG108") and (run := RUN_FILES.get(path.suffix.lower())):
            raise UnreadableError("MG175", seen=run[0], export=run[1]) from bad
        raise
    if content.encoding not in ("", "utf-8"):
        problems.add("MG109", file=file, seen=content.encoding)
    return content


def bytes_from_file(path: Path, file: str) -> Content:
    """The raw file at `path` as it is; raises UnreadableError for one that is absent, empty or locked."""
    raw = _bytes_of(path)
    if not raw.strip():
        raise UnreadableError("MG102", seen=f"{len(raw)} bytes")
    return Content(file=file, raw=raw)


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file; raises UnreadableError MG101 or MG103."""
    if path.name.startswith("~$"):
        raise UnreadableError("MG103", seen=path.name)
    try:
        return path.read_bytes()
    except OSError as cause:
        raise UnreadableError("MG101", seen=cause.strerror or type(cause).__name__) from cause


def content_from_bytes(raw: bytes, file: str = "") -> Content:
    """The content of a raw file.

    Raises UnreadableError for bytes that are empty, broken, too large or of no known kind.
    """
    if not raw.strip():
        raise UnreadableError("MG102", seen=f"{len(raw)} bytes")
    if other := next((words for start, words in _OTHER_FILES.items() if raw.startswith(start)), ""):
        raise UnreadableError("MG176", seen=other)
    if raw.startswith(b"PK"):
        xml = rdml_in_archive(raw)
        return Content(file=file, xml=xml) if xml else Content(file=file, workbook=sheets_from_workbook(raw))
    if _RDML.search(raw[:_XML_HEAD]):
        return Content(file=file, xml=raw)
    if raw.startswith(XLS):
        return Content(file=file, workbook=sheets_from_xls(raw))
    if saved_as := next((words for words, start in _SAVED_AS.items() if start.match(raw[:_XML_HEAD])), ""):
        raise UnreadableError("MG105", seen=saved_as)
    if len(raw) > TEXT_LIMIT:
        raise UnreadableError("MG106", seen=f"{len(raw) / 1e6:.0f} MB", limit=f"{TEXT_LIMIT / 1e6:.0f} MB of text")
    text, encoding = text_from_bytes(raw)
    if (longest := max(map(len, text.splitlines()), default=0)) > LINE_LIMIT:
        raise UnreadableError("MG106", seen=f"a line of {longest:,} signs", limit=f"{LINE_LIMIT:,} signs a line")
    if not text.strip():
        raise UnreadableError("MG102", seen="white space only")
    return Content(file=file, text=text, encoding=encoding)


def rdml_in_archive(raw: bytes) -> bytes:
    """The RDML document in a zip archive, whatever it is called; b"" when the archive holds none or is broken.

    Raises UnreadableError MG106 for a document that is too large.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    head = member.read(_XML_HEAD)
                if _RDML.search(head):
                    check_unpacked(entry.file_size)
                    return archive.read(entry)
    except UnreadableError:
        raise
    except Exception:  # zipfile lets zlib.error, NotImplementedError, RuntimeError, ... through; told when it is opened
        return b""
    return b""
