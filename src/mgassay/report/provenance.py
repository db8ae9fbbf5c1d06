"""What the numbers were made from and with: versions, checksums, and the tables to download."""

from collections.abc import Mapping
from typing import Any

from mgassay import tables as states
from mgassay.report.numbers import count
from mgassay.report.pieces import Listing, Prose, listing_of
from mgassay.report.rows import Tables


def provenance_pieces(provenance: Mapping[str, Any]) -> list[object]:
    """Versions of the program and its packages, and the SHA-256 of every input file."""
    versions, inputs = dict(provenance.get("versions") or {}), dict(provenance.get("inputs") or {})
    pieces: list[object] = []
    if versions:
        pieces.append(listing_of("Versions", ("package", "version"), [(str(k), str(v)) for k, v in versions.items()]))
    if inputs:
        rows = [(str(file), str(digest)) for file, digest in sorted(inputs.items())]
        pieces.append(listing_of(f"Checksums of {count(len(rows), 'input file')}", ("file", "SHA-256"), rows))
    return pieces or [Prose("Nothing is known of the versions and inputs of this report.")]


def downloads(tables: Tables) -> tuple[tuple[str, str], ...]:
    """Address relative to the page and what is there: every table of the contract, then verdict and provenance."""
    csv = tuple((f"tables/{s.name}.csv", _told(s.name, tables)) for s in states.RESULT_TABLES)
    beside = (
        ("verdict.json", "grade, sentences, every number with its row"),
        ("provenance.json", "versions, settings, checksums"),
    )
    return (*csv, *beside)


def _told(name: str, tables: Tables) -> str:
    """How many rows a table has."""
    return count(len(tables[name]), "row")


def settings_listing(settings: Mapping[str, Any]) -> Listing:
    """All settings in force, defaults included, one per line."""
    return listing_of("Settings in force", ("setting", "value"), _flat("", settings))


def _flat(path: str, value: Any) -> list[tuple[str, str]]:
    """Nested settings as dotted names; empty lists are said to be empty."""
    if isinstance(value, Mapping) and value:
        return [row for key, inner in value.items() for row in _flat(f"{path}.{key}" if path else str(key), inner)]
    if isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value):
        return [row for i, inner in enumerate(value, 1) for row in _flat(f"{path}[{i}]", inner)]
    if isinstance(value, list | tuple):
        return [(path, ", ".join(map(str, value)) or "none")]
    return [(path, "not set" if value is None else str(value) or "empty")]
