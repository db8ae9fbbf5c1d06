import math

import pytest

from mgassay.chemistry.constants import constant_sets
from mgassay.chemistry.engine import speciation_of
from mgassay.chemistry.precipitation import least_soluble, tier


def tiers(*indices):
    """The tier where the sets put the medium at these saturations in amorphous calcium phosphate."""
    from mgassay.chemistry.engine import Speciation

    return tier([Speciation(7.4, 0.16, {}, {"acp": i}, 0.0) for i in indices])


def test_tiers_by_hand():
    """The product is 25.7, its least soluble end 26.5: 0.8 above."""
    assert least_soluble() == pytest.approx(0.8)
    assert tiers(-1.3, -0.81) == ""
    assert tiers(-1.3, -0.79) == "may_precipitate"
    assert tiers(-0.1, 0.2) == "may_precipitate"
    assert tiers(0.0, 0.2) == "precipitates"
    assert tiers(math.nan) == ""
    assert tiers() == ""


def test_media_fall_where_labs_find_them(bench):
    """Plain DMEM keeps; 2.6 mM phosphate calcifies with cells and scatters without; 10 mM clouds by itself."""

    def of(pi, pH=7.4):
        return tier([speciation_of(bench.medium(pi=pi, pH=pH), s) for s in constant_sets()])

    assert [of(0.9), of(2.6), of(10.0, 7.7)] == ["", "may_precipitate", "precipitates"]


def test_magnesium_can_lower_a_tier_but_never_raise_it(bench):
    order = ["", "may_precipitate", "precipitates"]
    for pi in (0.9, 1.3, 1.6, 2.6, 5.0, 8.0):
        low, high = (tier([speciation_of(bench.medium(pi=pi, mg=mg), s) for s in constant_sets()]) for mg in (0.8, 5.0))
        assert order.index(high) <= order.index(low)
