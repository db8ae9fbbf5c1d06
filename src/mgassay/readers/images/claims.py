"""Images that several rows of files.csv name: an image shows one plate.

Only images that are measured count, since plates may share a folder, each with the others' wells as empty, and a blank.
"""

from collections.abc import Iterable, Mapping

from mgassay.experiment import RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.coverage import UNREAD_ROLES

Rows = list[dict[str, object]]

_SHARED = ("blank", *UNREAD_ROLES)


def claimed_once(claims: Iterable[tuple[RawFile, Rows]], problems: Problems) -> Rows:
    """The rows of IMAGE_FILES of all rows of files.csv; an image that an earlier one holds is told and left out."""
    first: dict[str, RawFile] = {}
    kept: Rows = []
    for raw, rows in claims:
        again: dict[str, list[str]] = {}
        for row in rows:
            name = _picture(row)
            owner = first.setdefault(name, raw) if row.get("region") or row["role"] not in _SHARED else raw
            if owner.plate == raw.plate:
                kept.append(row)
            else:
                again.setdefault(owner.plate, []).append(name)
        for other, names in again.items():
            facts = {"seen": str(len(set(names))), "plate": raw.plate, "other": other}
            problems.add("MG280", file=raw.file, place=listed(names, 3), **facts)
    return kept


def _picture(row: Mapping[str, object]) -> str:
    """The picture of a row of IMAGE_FILES; of a photograph's well what stands in front of the well."""
    file = str(row["file"])
    return file.rpartition("/")[0] if row.get("region") else file
