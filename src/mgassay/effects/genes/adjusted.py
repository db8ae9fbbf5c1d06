"""Means -> genes: raised Mg's effect on a gene beside what mineral does to it, which comparators show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mgassay.effects.estimators.intervals import Array, donor_estimate, holm
from mgassay.effects.genes.comparators import Comparison
from mgassay.effects.genes.mineral_line import off_the_line
from mgassay.effects.means.panels import MINERAL_READOUTS, Panel
from mgassay.flags import join_flags
from mgassay.units import LN2

LEAST_OTHERS = 3  # arms of a donor without raised Mg: through two a line always goes, whatever a comparator does
ALPHA = 0.05


@dataclass(frozen=True)
class DonorLines:
    """Gene (log2) and mineral (natural log) of the donors that have raised Mg and LEAST_OTHERS other arms.

    Shape (donors, arms): raised Mg, reference Mg, then `comparators`; NaN where either was not measured. `flag` holds
    the flags of all these cells.
    """

    donors: tuple[str, ...]
    comparators: tuple[str, ...]
    gene: Array
    mineral: Array
    flag: str

    @property
    def effects(self) -> Array:
        """The direct effect of raised Mg by donor, log2."""
        return off_the_line(self.gene, self.mineral, LEAST_OTHERS)

    def effects_by(self, place: int) -> Array:
        """The same by one comparator alone (its place among them): off the line through the reference and it."""
        arms = [0, 1, 2 + place]
        return _finite(off_the_line(self.gene[:, arms], self.mineral[:, arms], 2))

    def discordant(self) -> bool:
        """Whether a comparator is shown to lie off the line of the others: it acts on the gene, or the line is bent.

        t over donors for each comparator, Holm over them.
        """
        arms = range(self.gene.shape[1])
        orders = [[2 + i, *(a for a in arms if a not in (0, 2 + i))] for i in range(len(self.comparators))]
        off = [_finite(off_the_line(self.gene[:, o], self.mineral[:, o], 2)) for o in orders]
        p = [float(donor_estimate(values).p()) if len(values) > 1 else np.nan for values in off]
        return bool((holm(np.array(p)) < ALPHA).any())

    def extrapolated(self, fold: float) -> bool:
        """Whether mineral at raised Mg lies beyond that of all other arms by more than this fold, on average."""
        centred = self.mineral - self.mineral[:, :1]
        means = np.array([column[np.isfinite(column)].mean() for column in centred.T if np.isfinite(column).any()])
        return bool(means[1:].min() > np.log(fold) or means[1:].max() < -np.log(fold))


def donor_lines(panel: Panel, mineral: Mapping[str, Panel], comparison: Comparison) -> DonorLines | None:
    """What the lines of one gene are drawn through, on the first mineral readout that has a donor with enough arms.

    None where no donor has, or fewer than two comparators are among their arms.
    """
    for readout in (r for r in MINERAL_READOUTS if r in mineral):
        lines = _lines(panel, mineral[readout], comparison)
        if lines is not None:
            return lines
    return None


def _lines(panel: Panel, mineral: Panel, comparison: Comparison) -> DonorLines | None:
    """The same on one mineral readout."""
    genes, minerals = panel.matrix(comparison.conditions), mineral.matrix(comparison.conditions)
    shared = tuple(d for d in genes.donors if d in minerals.donors)
    gene, amount = (m.taking([d in shared for d in m.donors]) for m in (genes, minerals))
    both = np.isfinite(gene.values) & np.isfinite(amount.values)
    enough = both[:, 0] & (both[:, 1:].sum(axis=1) >= LEAST_OTHERS)
    arms = [i for i in range(both.shape[1]) if i < 2 or both[enough, i].any()]
    if not enough.any() or len(arms) < 4:
        return None
    used = np.where(both, 0.0, np.nan)[enough][:, arms]
    flags = [m.flags[d][a] for m in (gene, amount) for d, a in np.argwhere(both & enough[:, None])]
    return DonorLines(
        donors=tuple(d for d, e in zip(shared, enough, strict=True) if e),
        comparators=tuple(name for i, name in enumerate(comparison.comparators, start=2) if i in arms),
        gene=gene.values[enough][:, arms] / LN2 + used,
        mineral=amount.values[enough][:, arms] + used,
        flag=join_flags(*flags),
    )


def adjusted_rows(
    panels: Mapping[str, Panel], mineral: Mapping[str, Panel], comparison: Comparison
) -> Iterator[dict[str, Any]]:
    """The rows `adjusted` of GENES without p_adjusted: one for every gene with two comparators or more, t over donors.

    `comparator` names those used. Flags of all cells that the lines go through stand on the row; one that is a bound
    leaves no direction, since what it does to a line depends on where it lies.
    """
    for panel in panels.values():
        lines = donor_lines(panel, mineral, comparison)
        values = _finite(lines.effects) if lines else np.empty(0)
        if lines and len(values):
            found = donor_estimate(values)
            low, high = found.limits()
            yield {
                "gene": panel.readout.removeprefix("gene:"),
                "block": comparison.block,
                "estimand": "adjusted",
                "estimate": float(found.estimate),
                "ci_low": float(low),
                "ci_high": float(high),
                "p": float(found.p()),
                "n_donors": len(values),
                "comparator": ", ".join(lines.comparators),
                "flag": join_flags(lines.flag, "few_donors" if len(values) < 2 else ""),
            }


def _finite(values: Array) -> Array:
    """The donors that have a value."""
    return values[np.isfinite(values)]
