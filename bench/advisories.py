"""The locked parts against advisories that lie on this computer, for where no network is.

    make audit ADVISORIES=docs/advisories.csv    the project's own record: what was read of each locked part, and where
    make audit ADVISORIES=pypi.zip               a copy of a database: a folder, or a zip, of advisories in the OSV form

Such copies are https://github.com/pypa/advisory-database (YAML) and the archive of all advisories on PyPI that osv.dev
hands out (JSON). Which versions an advisory holds for is the rule of the OSV schema, 1.7, "evaluation": those it lists,
and those of a range from where it was introduced up to where it was mended. Versions compare as PEP 440 says.

The record has a row for each range of versions of each advisory, and for a part of which none was found one row with
"none": a part without any row was not looked up, and that is no clean bill. Where a weakness holds for a locked version
that cannot be replaced, `judged` names that version and why it does not reach us; it is printed, not counted.
"""

import csv
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from bench.audit import ROOT, Part, parts_of, refuse

Advisory = Mapping[str, Any]
KINDS = (".json", ".yaml", ".yml")
COLUMNS = ("package", "id", "aliases", "introduced", "fixed", "last_affected", "modified", "address", "judged")
NONE = "none"  # in place of an id: looked up, and nothing found


@dataclass(frozen=True)
class Weakness:
    """An advisory that holds for a locked part, the version that mends it ("" where none does), why it is let stand."""

    part: Part
    advisory: str
    aliases: tuple[str, ...]
    mended_in: str
    judged: str = ""

    def __str__(self) -> str:
        also = f" ({', '.join(self.aliases)})" if self.aliases else ""
        mended = f"mended in {self.mended_in}" if self.mended_in else "not mended in any version"
        judged = f"; judged: {self.judged}" if self.judged else ""
        return f"{self.part.name} {self.part.version}: {self.advisory}{also}, {mended}{judged}"


def advisories_in(place: Path) -> Iterator[Advisory]:
    """Every advisory of a folder (all folders below) or of a zip; other files are passed over.

    Raises OSError where there is neither, BadZipFile for a file that is no zip, ValueError for a file that is broken.
    """
    if place.is_dir():
        texts: Iterable[tuple[str, bytes]] = ((p.name, p.read_bytes()) for p in sorted(place.rglob("*")) if _is_one(p))
    else:
        with zipfile.ZipFile(place) as archive:
            texts = [(n, archive.read(n)) for n in sorted(archive.namelist()) if _is_one(Path(n))]
    for name, text in texts:
        found = _parsed(name, text)
        if isinstance(found, dict) and isinstance(found.get("affected"), list) and "id" in found:
            yield found


def _is_one(path: Path) -> bool:
    return path.suffix in KINDS


def _parsed(name: str, text: bytes) -> Any:
    if name.endswith(".json"):
        return json.loads(text)
    import yaml  # a copy in JSON needs none

    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=fast)  # noqa: S506 (both are safe loaders)
    except yaml.YAMLError as error:
        raise ValueError(f"{name}: {error}") from error


def recorded(place: Path) -> tuple[list[Advisory], Set[str]]:
    """The advisories of a record in the OSV form, and the names of all packages that were looked up.

    Raises OSError where there is none, ValueError for other columns and for a row that does not say what it has to.
    """
    with place.open(encoding="utf-8", newline="") as file:
        try:
            rows = list(csv.DictReader(file, strict=True))
        except csv.Error as error:
            raise ValueError(str(error)) from error
    if any(tuple(row) != COLUMNS or None in row.values() for row in rows):
        raise ValueError(f"a record has the columns {', '.join(COLUMNS)}, and each row all of them")
    return [_osv(row) for row in rows if row["id"] != NONE], {_normal(row["package"]) for row in rows}


def _osv(row: Mapping[str, str]) -> Advisory:
    """One row of a record: a package, and one range of its versions."""
    ends = [{kind: row[kind]} for kind in ("fixed", "last_affected") if row[kind]]
    if not row["id"] or not row["introduced"] or not row["address"] or len(ends) > 1:
        raise ValueError(f"a row says id, where it was read, from which version and up to which: {dict(row)}")
    events = [{"introduced": row["introduced"]}, *ends]
    for event in events:
        Version(*event.values())  # one that PEP 440 does not know would be taken for another
    package = {"name": row["package"], "ecosystem": "PyPI"}
    return {
        "id": row["id"],
        "aliases": row["aliases"].split(),
        "modified": row["modified"],
        "judged": row["judged"].strip(),
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }


def weaknesses(parts: Sequence[Part], advisories: Iterable[Advisory]) -> list[Weakness]:
    """The advisories that hold for these parts, in the order of the parts; withdrawn ones hold for none."""
    by_name: dict[str, list[Part]] = {}
    for part in parts:
        by_name.setdefault(_normal(part.name), []).append(part)
    found = [
        Weakness(
            part,
            advisory["id"],
            tuple(advisory.get("aliases") or ()),
            _mended_in(affected, part.version),
            _judged(advisory.get("judged", ""), part.version),
        )
        for advisory in advisories
        if not advisory.get("withdrawn")
        for affected in advisory["affected"]
        for part in by_name.get(_name_of(affected), ())
        if holds_for(affected, part.version)
    ]
    place = {part: i for i, part in enumerate(parts)}
    return sorted(dict.fromkeys(found), key=lambda w: (place[w.part], w.advisory))


def _judged(text: str, version: str) -> str:
    """Why a weakness is let stand in this version, of "VERSION: why"; "" for every other version."""
    of, _, why = text.partition(": ")
    return why if of == version else ""


def _normal(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _name_of(affected: Mapping[str, Any]) -> str:
    """The package of PyPI that part of an advisory is about; "" for other ecosystems."""
    package = affected.get("package") or {}
    return _normal(package.get("name", "")) if package.get("ecosystem") == "PyPI" else ""


def holds_for(affected: Mapping[str, Any], version: str) -> bool:
    """Whether a version is among those listed, or in a range of versions (commits, "GIT", are not looked at)."""
    listed = {_version(str(v)) for v in affected.get("versions") or ()}
    ranges = [r.get("events") or () for r in affected.get("ranges") or () if r.get("type") != "GIT"]
    return _version(version) in listed or any(_in_range(events, _version(version)) for events in ranges)


def _in_range(events: Sequence[Mapping[str, Any]], version: Version) -> bool:
    """The evaluation of the OSV schema: the last event at or before the version decides.

    Of two at one version the end of a range counts before the start of the next, and that before its last version.
    """
    inside = False
    for event in sorted(events, key=lambda e: (_at(e), "last_affected" in e, "introduced" in e)):
        if "introduced" in event and version >= _at(event):
            inside = True
        elif ("fixed" in event and version >= _at(event)) or ("last_affected" in event and version > _at(event)):
            inside = False
    return inside


def _at(event: Mapping[str, Any]) -> Version:
    """The version of an event, "0" before all others."""
    text = str(next(iter(event.values())))
    return Version("0.dev0") if text == "0" else _version(text)


def _version(text: str) -> Version:
    """A version; one that PEP 440 does not know is taken by its first numbers."""
    try:
        return Version(text)
    except InvalidVersion:
        begun = re.match(r"\d+(?:\.\d+)*", text)
        return Version(begun[0] if begun else "0.dev0")


def _mended_in(affected: Mapping[str, Any], version: str) -> str:
    """The first version above this one that an advisory calls mended; "" where none is named."""
    events = [
        e for r in affected.get("ranges") or () if r.get("type") != "GIT" for e in r.get("events") or () if "fixed" in e
    ]
    later = sorted((_at(e), str(e["fixed"])) for e in events if _at(e) > _version(version))
    return later[0][1] if later else ""


def audited(locks: Mapping[str, Sequence[Part]], place: Path) -> tuple[list[str], int]:
    """What to print, and the exit status: 0 nothing known, 1 a weakness, 2 no advisory of any part was found there.

    A record (.csv) that leaves out a locked part is 2 as well.
    """
    names = {_normal(p.name) for parts in locks.values() for p in parts}
    advisories, known = recorded(place) if place.suffix == ".csv" else (list(advisories_in(place)), names)
    about = {a["id"] for a in advisories if any(_name_of(affected) in names for affected in a["affected"])}
    newest = max((str(a.get("modified", "")) for a in advisories), default="")
    if not about:
        return [f"{place}: none of its {len(advisories)} advisories is about a locked part; nothing was audited"], 2
    lines, held = [], 0
    for lock, parts in locks.items():
        found = weaknesses(parts, advisories)
        held += sum(not w.judged for w in found)
        lines += [f"{lock}: {len(parts)} parts, {len(found)} known weaknesses", *(f"  {w}" for w in found)]
    number = len({a["id"] for a in advisories})
    heard = f"{number} advisories, the newest of {newest[:10]}; {len(about)} are about a locked part"
    missing = sorted(names - known)
    if missing:
        lines.append(f"not looked up, and so not audited: {', '.join(missing)}")
    return [heard, *lines], 1 if held else 2 * bool(missing)


def main() -> None:
    """Audits every lock of the project against what is named; exits 2 without it, or where it cannot be read."""
    if len(sys.argv) != 2:
        refuse("usage: python -m bench.advisories RECORD.csv|FOLDER|ZIP")
    locks = {lock.name: parts_of(lock.read_text(encoding="utf-8")) for lock in sorted(ROOT.glob("requirements*.lock"))}
    try:
        lines, status = audited(locks, Path(sys.argv[1]))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        refuse(f"{sys.argv[1]} is neither a record nor a folder nor a zip of advisories: {error}")
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main()
