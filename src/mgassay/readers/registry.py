"""One list of readers; which one a raw file is for is seen in what it holds, unless files.csv names it.

Every module of `exports` that offers `READERS` is in the list: a new family of exports is a new module there.
"""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems, suggestion
from mgassay.readers import exports
from mgassay.readers.account import account_of
from mgassay.readers.contents import bytes_from_file, content_from_file
from mgassay.readers.reader import Export, Reader
from mgassay.readers.sheet_checks import check_sheets
from mgassay.readers.sheets import Content

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

PLAIN_LINES = 100_000  # a longer text that no program claims is no plate that somebody typed


@dataclass(frozen=True, eq=False)
class RawRead:
    """One raw file as it was read, and the account of it that goes into the provenance."""

    export: Export
    account: Mapping[str, Any]


@functools.cache
def all_readers() -> tuple[Reader, ...]:
    """All readers, by the names of their modules; plain tables last."""
    names = sorted(m.name for m in pkgutil.iter_modules(exports.__path__))
    modules = [importlib.import_module(f"{exports.__name__}.{name}") for name in names]
    found: list[Reader] = [reader for module in modules for reader in getattr(module, "READERS", ())]
    return tuple(sorted(found, key=lambda r: r.plain))


def reader_named(name: str) -> Reader:
    """The reader of that name; raises UnreadableError MG112 with the nearest name when there is none."""
    found = next((r for r in all_readers() if r.name == name.strip().casefold()), None)
    if found is None:
        raise UnreadableError("MG112", seen=name, suggestion=suggestion(name, [r.name for r in all_readers()]))
    return found


def reader_of(content: Content, kind: str = "plate") -> Reader:
    """The one reader that claims a file by what it holds, plain tables last; `kind` is that of the exports to suggest.

    Raises UnreadableError MG110 when none does, MG111 when several do.
    """
    vendors, plain = ([r for r in all_readers() if r.plain == last] for last in (False, True))
    claims = [r for r in vendors if r.detect(content)]
    if not claims and len(content.lines) <= PLAIN_LINES:
        claims = [r for r in plain if r.detect(content)]
    if not claims:
        known = "; ".join(r.title for r in all_readers() if r.kind == kind)
        raise UnreadableError("MG110", seen=content.first_words[:80], known=known)
    if len(claims) > 1:
        raise UnreadableError("MG111", seen=", ".join(r.name for r in claims))
    return claims[0]


def _check_kind(content: Content, reader: Reader) -> None:
    """Raises UnreadableError MG126 for a document without any sheet, where files.csv names a reader of sheets."""
    if reader.kind == "vendors" or content.sheets or (content.xml and reader.detect(content)):
        return
    raise UnreadableError(
        "MG126", seen="an RDML document" if content.xml else "no sheet with cells", title=reader.title
    )


def read_raw_file(path: Path, raw: "RawFile", problems: Problems, opened: dict[Path, Content] | None = None) -> RawRead:
    """What one raw file holds, for the plate that its row of files.csv means.

    `opened` keeps what files hold, for the other plates of the same file.
    Bad input never raises: `problems` says what is wrong, and the tables are empty where nothing can be trusted.
    """
    try:
        named = reader_named(raw.reader) if raw.reader else None
        if named and named.kind == "vendors":
            content = bytes_from_file(path, raw.file)
        else:
            content = (opened or {}).get(path) or content_from_file(path, raw.file, problems)
            if opened is not None:
                opened[path] = content
        reader = named or reader_of(content, "qPCR" if raw.assay == "qpcr" else "plate")
        _check_kind(content, reader)
        export = reader.read(content, raw, problems)
        check_sheets(content, export.readings, raw, problems)
        return RawRead(export, account_of(content, export, reader, raw, problems))
    except UnreadableError as bad:
        problems.add(bad.code, file=raw.file, sheet=bad.sheet, place=bad.place, seen=bad.seen, **bad.facts)
        return RawRead(Export(tables.RAW_READINGS.frame()), {"file": raw.file, "plate": raw.plate, "reader": ""})
