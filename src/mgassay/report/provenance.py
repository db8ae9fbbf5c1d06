"""What the numbers were made from and with: versions, checksums, and the tables to download."""

from collections.abc import Mapping, Sequence
from typing import Any

from mgassay import tables as states
from mgassay.report.numbers import count
from mgassay.report.pieces import Listing, Prose, listing_of
from mgassay.report.rows import Tables


def provenance_pieces(provenance: Mapping[str, Any]) -> list[object]:
    """How every export was read, the versions of the program and its packages, the SHA-256 of every input file."""
    versions, inputs = dict(provenance.get("versions") or {}), dict(provenance.get("inputs") or {})
    readings = list(provenance.get("readings") or [])
    pieces = _exports(readings) if readings else []
    if versions:
        pieces.append(listing_of("Versions", ("package", "version"), [(str(k), str(v)) for k, v in versions.items()]))
    if inputs:
        rows = [(str(file), str(digest)) for file, digest in sorted(inputs.items())]
        pieces.append(listing_of(f"Checksums of {count(len(rows), 'input file')}", ("file", "SHA-256"), rows))
    return pieces or [Prose("Nothing is known of the versions and inputs of this report.")]


def _exports(readings: Sequence[Mapping[str, Any]]) -> list[object]:
    """Which reader read each export, and the lines that it did not understand or left out below the data."""
    heads = ("file", "plate", "reader", "encoding", "readings")
    read = [tuple(str(r.get(h, "")) for h in heads) for r in readings]
    kinds = {"not_understood": "not understood", "ignored_below": "ignored, below the readings"}
    lines = [
        (str(r["file"]), str(line), words)
        for r in readings
        for kind, words in kinds.items()
        for line in r.get(kind, ())
    ]
    pieces: list[object] = [listing_of("How each export was read", heads, read, numeric=("readings",))]
    if lines:
        caption = f"{count(len(lines), 'line')} of exports that had no part in the numbers"
        pieces.append(listing_of(caption, ("file", "line", "what became of it"), lines))
    return pieces


def downloads(tables: Tables, exports: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """Address relative to the page and what is there: every table of the contract, verdict, provenance, then `exports`.

    `exports` are files in export/ by name, with what they hold.
    """
    csv = tuple((f"tables/{s.name}.csv", _told(s.name, tables)) for s in states.RESULT_TABLES)
    beside = (
        ("verdict.json", "grade, sentences, every number with its row"),
        ("provenance.json", "versions, settings, checksums, how each export was read"),
    )
    return (*csv, *beside, *((f"export/{name}", held) for name, held in (exports or {}).items()))


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
