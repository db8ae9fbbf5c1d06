"""Which effects on genes may be called direct: facts of each row as flags, then one rule over them.

A row is `direct` where its interval excludes 0, p is below ALPHA over all genes, nothing in WEAKENS stands against it,
and a second comparator, taken alone, says the same: then one of the two may itself act on the gene, and the claim
still errs no more often than it should. It is `direct_if_inert` where all but the last holds, because only one
comparator left as much mineral as raised Mg: direct if it does nothing to the gene, which nobody has checked.
Decision: docs/decisions/0040-direct-effects-on-genes.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.effects.contrasts.viability import less_viable
from mgassay.effects.estimators.bounds import excludes_zero, is_censored
from mgassay.effects.estimators.intervals import Array, donor_estimate
from mgassay.effects.genes.adjusted import ALPHA, DonorLines, donor_lines
from mgassay.effects.genes.comparators import Comparison, comparisons_of
from mgassay.effects.genes.genes import gene_panels, mineral_panels
from mgassay.effects.genes.match import match_beside
from mgassay.effects.genes.score import means_of_score
from mgassay.effects.genes.tipping import slope_on_mineral, tipping_shift, tipping_slope
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems
from mgassay.units import LN2

WEAKENS = ("unmatched", "mineral_may_explain", "discordant_comparators", "unconfirmed", "extrapolated", "less_viable")
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class _Evidence:
    """What the facts of one comparison are looked up in: panels by readout, matches by comparator."""

    experiment: Experiment
    comparison: Comparison
    genes: Mapping[str, Panel]
    mineral: Mapping[str, Panel]
    matches: Mapping[str, dict[str, Any] | None]
    lost: tuple[str, ...]  # conditions that lost viability

    def is_matched(self, comparator: str) -> bool:
        """Whether a comparator was shown to leave as much mineral as raised Mg."""
        match = self.matches.get(comparator)
        return match is not None and match["passed"] is True

    def is_alive(self, comparators: Sequence[str]) -> bool:
        """Whether neither arm of the Mg step, nor that of one of these comparators, is known to have lost viability."""
        arms = (
            self.comparison.raised,
            self.comparison.reference,
            *(self.comparison.comparators[c] for c in comparators),
        )
        return not set(arms).intersection(self.lost)


def with_claims(experiment: Experiment, genes: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """GENES whose intervals are final, with tipping points, the facts that weaken a row, and what it may be called.

    Totals stay as they are: whatever lowers mineral lowers the gene, so that no total is direct.
    """
    scored = pd.concat([means, means_of_score(experiment, means, Problems())])  # what it lacks was told with its rows
    panels, mineral = gene_panels(scored), mineral_panels(scored)
    lost = less_viable(experiment, {panel.readout: panel for panel in panels_from_means(means)})
    evidence = {
        c.block: _Evidence(
            experiment, c, panels, mineral, {n: match_beside(experiment, mineral, c, n) for n in c.comparators}, lost
        )
        for c in comparisons_of(experiment)
    }
    rows: list[Row] = list(genes.to_dict("records"))
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(_asked(row), []).append(row)
    return tables.GENES.frame([_with_claim(row, alike[_asked(row)], evidence.get(row["block"])) for row in rows])


def _asked(row: Row) -> tuple[str, ...]:
    """What a row asks, whichever comparator answers."""
    return row["gene"], row["block"], row["estimand"]


def _with_claim(row: Row, alike: Sequence[Row], evidence: _Evidence | None) -> dict[str, Any]:
    """A row with its tipping point, its facts and its claim, beside those that ask the same; a total as it is."""
    if row["estimand"] == "total" or evidence is None:
        return dict(row)
    if row["estimand"] == "adjusted":
        facts, checked = list(_facts_of_adjusted(row, evidence)), True
    else:
        partners = _partners(row, alike, evidence)
        facts, checked = list(_facts_of_matched(row, partners, evidence)), bool(partners)
    flag = join_flags(row["flag"], *facts)
    claim = direct_claim(row, flag, checked=checked)
    return {**row, "tipping_point": _tipping_point(row), "flag": join_flags(flag, claim)}


def _partners(row: Row, alike: Sequence[Row], evidence: _Evidence) -> list[Row]:
    """The rows among `alike` of other comparators that left as much mineral, and did no harm to viability."""
    others = (r for r in alike if r["comparator"] != row["comparator"])
    return [r for r in others if evidence.is_matched(r["comparator"]) and evidence.is_alive([r["comparator"]])]


def direct_claim(row: Row, flag: str, *, checked: bool) -> str:
    """`direct`, `direct_if_inert` or "" for a row of GENES with these flags; `checked`: by a second comparator.

    The score, which is one test, is held to its p; every other row to p over genes.
    """
    p = float(row["p"] if pd.isna(row["p_adjusted"]) else row["p_adjusted"])
    shown = excludes_zero(row["ci_low"], row["ci_high"], flag) and p < ALPHA
    if not shown or set(WEAKENS).intersection(flag.split(";")):
        return ""
    return "direct" if checked else "direct_if_inert"


def _tipping_point(row: Row) -> float:
    """The shift (log2) that takes the nearer end of a row to 0; NaN where bounds leave open which end that is."""
    flag = str(row["flag"])
    if is_censored(flag) and not excludes_zero(row["ci_low"], row["ci_high"], flag):
        return float("nan")
    return float(tipping_shift(np.array(row["ci_low"]), np.array(row["ci_high"])))


def _side(row: Row) -> int:
    """On which side of 0 a row's interval is shown to lie; 0 for neither."""
    shown = excludes_zero(row["ci_low"], row["ci_high"], str(row["flag"]))
    return (1 if row["ci_low"] > 0 else -1) if shown else 0


def _facts_of_matched(row: Row, partners: Sequence[Row], evidence: _Evidence) -> Iterator[str]:
    """What weakens a row at matched mineral; `partners`: the rows of other comparators with as much mineral."""
    if not evidence.is_alive([row["comparator"]]):
        yield "less_viable"
    if not evidence.is_matched(row["comparator"]):
        yield "unmatched"
        return
    if _side(row) and not _steeper_than_it_is(row, evidence):
        yield "mineral_may_explain"
    lines = None if partners else _lines(row, evidence)
    if any(_differ(row, partner, evidence) for partner in partners) or (lines and lines.discordant()):
        yield "discordant_comparators"
    if _side(row) and any(_side(partner) != _side(row) for partner in partners):
        yield "unconfirmed"


def _steeper_than_it_is(row: Row, evidence: _Evidence) -> bool:
    """Whether what is left of a mismatch explains the row only if the gene followed mineral more steeply than it does.

    Not known where the gene or mineral of the reference or the comparator is a bound, or was not measured.
    """
    match = evidence.matches[row["comparator"]]
    slope = _slope(row, evidence.mineral[match["readout"]], evidence) if match else float("nan")
    if match is None or not np.isfinite(slope):
        return False
    ends = (row["ci_low"], row["ci_high"], match["ci_low"], match["ci_high"])
    needed = float(tipping_slope(*(np.array(end, dtype=float) for end in ends)))
    return abs(needed) > abs(slope)


def _slope(row: Row, mineral: Panel, evidence: _Evidence) -> float:
    """The gene's slope on mineral from the reference to the row's comparator; NaN where it is not known."""
    comparison = evidence.comparison
    step = (comparison.reference, comparison.comparators[row["comparator"]])
    gene, amount = (p.matrix(step).complete((0, 1)) for p in (evidence.genes[f"gene:{row['gene']}"], mineral))
    shared = [d for d in gene.donors if d in amount.donors]
    gene, amount = (m.taking([d in shared for d in m.donors]) for m in (gene, amount))
    if not shared or any(is_censored(m.flag((-1.0, 1.0))) for m in (gene, amount)):
        return float("nan")
    return float(slope_on_mineral(_step(gene.values) / LN2, _step(amount.values)))


def _step(values: Array) -> Array:
    """From the first arm to the second, per donor."""
    return values[:, 1] - values[:, 0]


def _differ(row: Row, partner: Row, evidence: _Evidence) -> bool:
    """Whether two comparators that left as much mineral are shown to differ in the gene: one of them acts on it."""
    pair = tuple(evidence.comparison.comparators[r["comparator"]] for r in (row, partner))
    both = evidence.genes[f"gene:{row['gene']}"].matrix(pair).complete((0, 1))
    if len(both.donors) < 2:
        return False
    low, high = donor_estimate(_step(both.values)).limits()
    return excludes_zero(float(low), float(high), both.flag((-1.0, 1.0)))


def _lines(row: Row, evidence: _Evidence) -> DonorLines | None:
    """What the comparators show of how the row's gene follows mineral."""
    return donor_lines(evidence.genes[f"gene:{row['gene']}"], evidence.mineral, evidence.comparison)


def _facts_of_adjusted(row: Row, evidence: _Evidence) -> Iterator[str]:
    """What weakens an adjusted row: comparators off one line, one of them alone not showing it, or a line too short."""
    lines = _lines(row, evidence)
    if lines is None:
        return
    if not evidence.is_alive(lines.comparators):
        yield "less_viable"
    if lines.discordant():
        yield "discordant_comparators"
    alone = [lines.effects_by(i) for i in range(len(lines.comparators))]
    if _side(row) and any(_side_of(values) != _side(row) for values in alone):
        yield "unconfirmed"
    if lines.extrapolated(evidence.experiment.settings.contrast.equivalence_fold):
        yield "extrapolated"


def _side_of(values: Array) -> int:
    """On which side of 0 the mean over donors is shown to lie; 0 for neither."""
    if len(values) < 2:
        return 0
    low, high = donor_estimate(values).limits()
    return int(low > 0) - int(high < 0)


def check_comparators(experiment: Experiment, genes: pd.DataFrame, problems: Problems) -> None:
    """Tells comparators whose mineral was not shown to match (MG653), that differ in genes (MG654), or are lacking.

    One comparator alone (MG655) and none at all (MG656) leave a direct effect unchecked, or out of reach.
    """
    if not len(genes):
        return
    if len(unmatched := _flagged(genes, "unmatched")):
        fold = experiment.settings.contrast.equivalence_fold
        problems.add("MG653", seen=_names(unmatched, ("comparator", "block")), fold=fold)
    if len(discordant := _flagged(genes, "discordant_comparators")):
        problems.add("MG654", seen=_names(discordant, ("gene", "block")))
    names = list(dict.fromkeys(name for c in comparisons_of(experiment) for name in c.comparators))
    if len(names) == 1:
        problems.add("MG655", file="conditions.csv", seen=names[0])
    if not names:
        problems.add("MG656", file="conditions.csv", seen=", ".join(dict.fromkeys(genes["gene"])))


def _flagged(genes: pd.DataFrame, flag: str) -> pd.DataFrame:
    """The rows that carry a flag."""
    return genes[[flag in flags.split(";") for flags in genes["flag"]]]


def _names(rows: pd.DataFrame, columns: tuple[str, str]) -> str:
    """Names in the first column, each once, with the block in the second where there is one."""
    pairs = dict.fromkeys(zip(*(rows[c] for c in columns), strict=True))
    return ", ".join(f"{name} (under {block})" if block else str(name) for name, block in pairs)
