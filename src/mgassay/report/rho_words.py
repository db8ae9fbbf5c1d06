"""What a block left of Mg2+ entry, in a sentence for each source that tells it."""

from collections.abc import Iterator

from mgassay.report import labels
from mgassay.report.numbers import count, percent, with_interval
from mgassay.report.questions import declared_day
from mgassay.report.rows import Row, Tables, n_donors
from mgassay.report.words import Sentence, open_text, reached, sentence

SHOWN_BY = {
    "mg_intracellular": "as intracellular Mg²⁺ shows",
    "gene:TRPM7": (
        "if TRPM7 mRNA (mean over the levels of Mg²⁺) stands for it, which tells of the channel's message and not of "
        "what passes it"
    ),
}


def rho_sentences(tables: Tables, block: str) -> Iterator[Sentence]:
    """Rho of the declared question under one block, from rho.csv."""
    levels = (tables.mg_reference_mM, tables.mg_raised_mM)
    for row in tables.rows("rho", block=block, step="Mg", day=declared_day(tables), readout=""):
        if (row["mg_reference_mM"], row["mg_raised_mM"]) == levels:
            yield sentence(f"{labels.block(block)} {_rho_text(row)}.", "rho", row)


def _rho_text(row: Row) -> str:
    """What was left with its interval, or that it is not known."""
    how = f"{SHOWN_BY.get(row['source'], row['source'])}, n = {count(n_donors(row), 'donor')}"
    if row["interval"] != "bounded":
        return f"left a part of Mg²⁺ entry that these data do not bound, {how}"
    found = with_interval(row["rho"], row["ci_low"], row["ci_high"], percent)
    return f"left {reached(row)}{found} of Mg²⁺ entry{open_text(row)}, {how}"
