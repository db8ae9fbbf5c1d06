"""What became of every Cq: counts by status, and the wells that should hold no template."""

from collections.abc import Sequence

from mgassay.report import labels
from mgassay.report.genes import gene_drawing
from mgassay.report.numbers import decimal
from mgassay.report.pieces import Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables

STATUSES = ("value", "undetermined", "omitted", "none")
NO_TEMPLATE = ("ntc", "nrt")


def gene_pieces(tables: Tables) -> list[object]:
    """The figure of genes by estimand with its table; empty without genes."""
    drawing = gene_drawing(tables)
    return [drawing] if drawing else []


def qpcr_pieces(tables: Tables) -> list[object]:
    """Cq by target and status, and the no-template wells; empty without qPCR."""
    wells = tables.rows("qpcr")
    if not wells:
        return []
    pieces: list[object] = []
    controls = [w for w in wells if w["role"] in NO_TEMPLATE]
    pieces.append(status_listing(wells))
    pieces.append(
        controls_listing(controls)
        if controls
        else Prose(
            "No wells without template (NTC, NRT) are in the exports, so contamination cannot be judged.", "warning"
        )
    )
    return pieces


def status_listing(wells: Sequence[Row]) -> Listing:
    """Wells with samples per target: how many have a Cq, how many do not and why, and the efficiency used."""
    samples = [w for w in wells if w["role"] not in NO_TEMPLATE]
    rows = []
    for target in dict.fromkeys(w["target"] for w in samples):
        own = [w for w in samples if w["target"] == target]
        counts = [str(sum(w["status"] == s for w in own)) for s in STATUSES]
        efficiencies = dict.fromkeys(decimal(w["efficiency"]) for w in own)
        flags = ";".join(dict.fromkeys(f for w in own for f in w["flag"].split(";") if f))
        rows.append((target, *counts, ", ".join(efficiencies), labels.flags(flags)))
    heads = ("target", "Cq read", "undetermined", "omitted", "no result", "factor per cycle", "remarks")
    return listing_of("qPCR: what became of the Cq", heads, rows, numeric=heads[1:6])


def controls_listing(controls: Sequence[Row]) -> Listing:
    """Wells without template or without reverse transcriptase, per target: any Cq there is contamination."""
    rows = []
    for role, target in dict.fromkeys((w["role"], w["target"]) for w in controls):
        own = [w for w in controls if (w["role"], w["target"]) == (role, target)]
        seen = sorted(w["cq"] for w in own if w["cq"] == w["cq"])
        rows.append((target, labels.ROLES[role][1], str(len(own)), str(len(seen)), decimal(seen[0]) if seen else "–"))
    heads = ("target", "control", "wells", "with a Cq", "earliest Cq")
    return listing_of("qPCR: wells without template", heads, rows, numeric=heads[2:])
