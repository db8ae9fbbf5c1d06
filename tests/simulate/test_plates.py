import itertools
from collections import Counter

import numpy as np
import pytest

from mgassay.simulate.biology import ACELLULAR, LIVE, grow_culture
from mgassay.simulate.plates import CALCIUM, PROTEIN, calcium_plate, protein_plate, well_names
from mgassay.simulate.truth import NOISELESS, Truth

QUIET = Truth(donors=2, noise=NOISELESS)


def _plates(truth, seed=1):
    culture = grow_culture(truth, seed)
    return culture, calcium_plate(culture, 0, truth, seed), protein_plate(culture, 0, truth, seed)


def test_every_culture_well_has_its_assay_wells():
    _, calcium, protein = _plates(Truth())
    on_calcium = Counter((c.condition, c.donor, c.rep) for c in calcium.contents if c.role == "sample")
    on_protein = Counter((c.condition, c.donor, c.rep) for c in protein.contents if c.role == "sample")
    live = {(name, "D1", r) for name in LIVE for r in "123"}
    assert on_calcium == Counter(live | {(name, "run1", r) for name in ACELLULAR for r in "123"})
    assert on_protein == Counter({key: 2 for key in live})


def test_roles_fill_the_whole_plate():
    _, calcium, protein = _plates(Truth())
    assert Counter(c.role for c in calcium.contents) == {
        "standard": 16, "blank": 2, "mg_control": 4, "sample": 45, "empty": 29,
    }  # fmt: skip
    assert Counter(c.role for c in protein.contents) == {"standard": 18, "blank": 2, "sample": 66, "empty": 10}


def test_quiet_signals_worked_by_hand():
    # o-cresolphthalein at 40 ug/mL: 0.062 + 0.0165 * 40 - 2.2e-5 * 1600 = 0.6868; BCA at 1000: 0.091 + 1.05 - 0.11
    _, calcium, protein = _plates(QUIET)
    signal = dict(zip(well_names(), calcium.signal.ravel(), strict=True))
    assert signal["F1"] == signal["F2"] == pytest.approx(0.6868)
    assert signal["A3"] == pytest.approx(0.062)  # blank
    assert signal["H12"] == pytest.approx(0.045)  # plastic
    assert dict(zip(well_names(), protein.signal.ravel(), strict=True))["G1"] == pytest.approx(1.031)


def test_a_quiet_well_leads_back_to_what_it_holds():
    """Inverting the quadratic and undoing dilution and volume by hand gives the calcium of the culture well."""
    culture, plate, _ = _plates(QUIET)
    for content, signal in zip(plate.contents, plate.signal.ravel(), strict=True):
        if content.role != "sample" or content.donor != "D1":
            continue
        root = np.sqrt(CALCIUM.slope**2 - 4 * CALCIUM.bend * (signal - CALCIUM.background))
        read_ug_per_ml = (CALCIUM.slope - root) / (2 * CALCIUM.bend)
        held = culture.calcium_ug[0, LIVE.index(content.condition), int(content.rep) - 1]
        assert read_ug_per_ml * 2 * 0.2 == pytest.approx(held, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_samples_stay_within_the_standards(seed):
    _, calcium, protein = _plates(Truth(), seed)
    for plate, curve in ((calcium, CALCIUM), (protein, PROTEIN)):
        held = [c.concentration for c in plate.contents if c.role == "sample"]
        assert max(held) < curve.standards[-1]


def test_replicates_do_not_stand_in_order():
    _, calcium, _ = _plates(Truth())
    by_column = [calcium.contents[r * 12 + c] for c in range(12) for r in range(8)]
    order = [c.condition for c in by_column if c.role == "sample"]
    # 13 conditions in triplicate: 26 neighbours alike when written out in order, 2 by chance
    assert sum(a == b for a, b in itertools.pairwise(order)) < 10
