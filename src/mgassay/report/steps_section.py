"""Further steps ([[step]]: AngII, a calcimimetic …): the same T, B, A and shares, asked of another change than Mg2+."""

from collections.abc import Mapping

from mgassay.design import Block, blocks_of, steps_of
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.evidence import effects_listing
from mgassay.report.numbers import level
from mgassay.report.pieces import Beside, Heading, Prose
from mgassay.report.questions import days_of, further_steps, held_to, on_day, question_pairs, readouts_of
from mgassay.report.rows import Tables, rows_equal
from mgassay.report.share_bar import HOW_TO_READ, share_drawing

ASKED_ALIKE = (
    "Asked in the same way as the Mg²⁺ step: T is ln(readout at the step's reference) − ln(readout at its raised "
    "level) with Mg²⁺ entry intact, B the same under block, A without cells; > 0: the step lowers the readout, < 0: it "
    "raises it. Shares divide the step's own effect: “intracellular” is the part that goes with Mg²⁺ entry. Nothing "
    "here enters the verdict."
)


def step_pieces(tables: Tables, experiment: Experiment | None) -> list[object]:
    """Effects and share bars of every further step, per day and Mg level; empty where there is none."""
    pieces: list[object] = []
    for step in further_steps(tables):
        for day in days_of(tables, step=step):
            for pair in question_pairs(tables, step=step, day=day):
                own = held_to(tables, step=step, day=day, levels=pair)
                pieces += [Heading(f"{step}{on_day(day)}"), Prose(_told(experiment, step, pair))]
                pieces += _question_pieces(own, f", {step}{on_day(day)}", _order(experiment))
    return [Prose(f"{ASKED_ALIKE} {HOW_TO_READ}", "quiet"), *pieces] if pieces else []


def _order(experiment: Experiment | None) -> Mapping[str, int]:
    """The place of every block's name, selective ones first."""
    blocks: tuple[Block, ...] = blocks_of(experiment) if experiment else ()
    return {block.name: i for i, block in enumerate(blocks)}


def _told(experiment: Experiment | None, step: str, pair: tuple[float, float]) -> str:
    """What the step is: its column, its two levels, and the Mg level at which it was made."""
    declared = {s.name: s for s in steps_of(experiment)}.get(step) if experiment else None
    if declared is None:
        return f"Mg²⁺ {level(pair[0])} to {level(pair[1])} mM."
    column = labels.column(declared.column)
    if declared.column == "mg_mM":
        return f"{declared.reference} to {declared.raised} mM Mg²⁺."
    return f"{labels.capital(column)} {declared.reference} to {declared.raised}, at {level(pair[0])} mM Mg²⁺."


def _question_pieces(tables: Tables, question: str, order: Mapping[str, int]) -> list[object]:
    """The effects of each readout and block as tables, then the share bars."""
    rows = [r for r in rows_equal(tables["effects"]) if r["contrast"] in ("total", "blocked")]
    cases = [(r, b) for r in readouts_of(rows) for b in _blocks(rows, r, order)]
    listings = [effects_listing(tables, readout, block) for readout, block in cases]
    bars = tuple(d for readout, block in cases if (d := share_drawing(tables, readout, block, question)))
    return [*listings, *([Beside(bars)] if bars else [])]


def _blocks(rows: list[Mapping[str, str]], readout: str, order: Mapping[str, int]) -> list[str]:
    """The blocks under which a readout was measured."""
    found = dict.fromkeys(r["block"] for r in rows if r["readout"] == readout)
    return sorted(found, key=lambda b: order.get(b, len(order)))
