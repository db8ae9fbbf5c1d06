"""Whether a comparator left as much mineral as raised Mg did: the condition under which genes may be compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from mgassay.effects.contrasts.contrasts import censored_flag
from mgassay.effects.contrasts.margins import margin_row
from mgassay.effects.genes.comparators import Comparison, comparisons_of, mineral_beside, pairs_of
from mgassay.effects.means.panels import ArmMatrix, Panel
from mgassay.experiment import Experiment

_WEIGHTS = (-1.0, 1.0)  # over raised Mg and the comparator


def match_rows(experiment: Experiment, panel: Panel) -> Iterator[dict[str, Any]]:
    """Rows `match` of CHECKS of one mineral readout, for every comparator with entry intact and under each block.

    Log mineral under the comparator less that at raised Mg, per donor, 90 % interval within +-log(equivalence_fold).
    """
    fold = experiment.settings.contrast.equivalence_fold
    for comparison in comparisons_of(experiment):
        for name, both in pairs_of(comparison, panel):
            yield {
                **_match(comparison, name, panel, both, fold),
                "block": comparison.block,
                "check": "match",
                "subject": name,
            }


def match_beside(
    experiment: Experiment, panels: Mapping[str, Panel], comparison: Comparison, comparator: str
) -> dict[str, Any] | None:
    """The match of one comparator on the first mineral readout measured in both arms, which it names (`readout`).

    None where no donor has mineral in both.
    """
    panel = mineral_beside(panels, (comparison.raised, comparison.comparators[comparator]))
    if panel is None:
        return None
    both = dict(pairs_of(comparison, panel))[comparator]
    fold = experiment.settings.contrast.equivalence_fold
    return {**_match(comparison, comparator, panel, both, fold), "readout": panel.readout}


def _match(comparison: Comparison, name: str, panel: Panel, both: ArmMatrix, fold: float) -> dict[str, Any]:
    """The two one-sided tests of raised Mg and a comparator, the two columns of the donors that have both."""
    everyone = panel.matrix((comparison.raised, comparison.comparators[name]))
    return margin_row(both.values[:, 1] - both.values[:, 0], fold, censored_flag(everyone, both, _WEIGHTS))
