"""The filled-in example that `mgassay init` lays out: a small simulated experiment without its truth."""

from collections.abc import Sequence

from mgassay import tables
from mgassay.experiment import ASSAYS
from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth
from mgassay.simulate.workbook import Choice, Choices, with_workbook

# A seed of which nothing has to be mended or warned of: of the first four, two.
_SEED = 3
_TRUTH = Truth(donors=4, image_size=(384, 288))


def example_experiment(experiment_id: str) -> dict[str, bytes]:
    """A complete experiment folder of four donors: relative path -> content.

    Every table holds what a lab would fill in, and the exports fit them, so that it can be run as it is and its parts
    replaced one by one. Raises MgassayError for an id that cannot name a folder.
    """
    made = simulate_experiment(_TRUTH, _SEED, experiment_id, bare_grids=False)
    return {name: content for name, content in made.items() if not name.startswith("truth")}


def example_workbook(experiment_id: str, readers: Sequence[str]) -> dict[str, bytes]:
    """The same folder with its tables in one experiment.xlsx, whose column `reader` offers `readers`."""
    return with_workbook(example_experiment(experiment_id), choices_of(readers))


def choices_of(readers: Sequence[str]) -> Choices:
    """What the drop-downs offer; only what the contract closes is closed."""
    return {
        ("conditions", "medium"): Choice(["calcifying", "control"], closed=False),
        ("conditions", "inhibitor"): Choice(["none", "2-APB", "NS8593", "FTY720", "waixenicin A"], closed=False),
        ("conditions", "sirna"): Choice(["none", "scramble", "TRPM7"], closed=False),
        ("conditions", "cells"): Choice(["live", "none", "fixed"]),
        ("conditions", "comparator"): Choice(["none", "pyrophosphate", "fetuin-A", "lower Pi"], closed=False),
        ("conditions", "mg_salt"): Choice(["chloride", "sulfate"], closed=False),
        ("files", "assay"): Choice(list(ASSAYS)),
        ("files", "reader"): Choice(list(readers)),
        ("layout", "role"): Choice(list(tables.WELL_ROLES)),
    }
