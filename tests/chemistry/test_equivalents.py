"""What a Mg step equals, against golden runs and against media in which it must be so by construction."""

import math
from dataclasses import replace

import pytest

from mgassay.chemistry.composition import Medium
from mgassay.chemistry.engine import SpeciationError, speciation_of
from mgassay.chemistry.equivalents import NONE, equivalents_of, root_from

GOLDEN_SETS = {"phreeqc": "phreeqc", "rec37": "rec37", "rec37_NaHPO4_1.07": "rec37_nahpo4", "minteq4": "minteq4"}


@pytest.mark.parametrize("db", GOLDEN_SETS)
def test_golden_equivalents(bench, db):
    """The golden phosphate was found by interpolation between runs; its pH likewise."""
    rows = bench.golden("passive_delta").query("db == @db").to_dict("records")
    assert len(rows) == 13
    for row in rows:
        media = [bench.medium(row["med"], row["Ca"], row["Pi"], row[mg]) for mg in ("Mg0", "Mg1")]
        found = equivalents_of(*media, GOLDEN_SETS[db])
        assert found.pi_percent == pytest.approx(row["Pi_equiv_pct"], abs=0.02)
        assert found.pH == pytest.approx(row["pH_equiv"], abs=2e-4)
        start, end = (speciation_of(m, GOLDEN_SETS[db]).saturation for m in media)
        for key, column in (("hap", "dSI_HAP"), ("ocp", "dSI_OCP"), ("acp", "dSI_ACP")):
            assert end[key] - start[key] == pytest.approx(row[column], abs=1e-3)


def test_the_declared_step_in_dmem_is_worth_four_to_eight_percent_of_phosphate(bench):
    """The design names 3.6 to 8 % for 0.8 to 2.0 mM."""
    for name in GOLDEN_SETS.values():
        assert -8.0 < equivalents_of(bench.medium(), bench.medium(mg=2.0), name).pi_percent < -3.6


def test_less_phosphate_equals_itself(bench):
    start = bench.medium()
    found = equivalents_of(start, start.with_phosphate(2.6 * 0.9), "rec37")
    assert found.pi_percent == pytest.approx(-10.0, abs=1e-5)


def test_a_lower_pH_equals_itself_where_it_was_not_measured(bench):
    """Of media under their gas: 10 % less bicarbonate in the raised one lowers its pH by about log10(0.9)."""
    start = replace(bench.medium(), pH=math.nan)
    found = equivalents_of(start, start, "rec37")
    assert found.pi_percent == pytest.approx(0.0, abs=1e-6)
    assert found.pH == pytest.approx(0.0, abs=1e-8)


def test_the_measured_pH_of_the_raised_medium_does_not_count(bench):
    """Its Mg does: what acid does is not what Mg does."""
    plain = equivalents_of(bench.medium(), bench.medium(mg=2.0), "rec37")
    assert equivalents_of(bench.medium(), bench.medium(mg=2.0, pH=7.2), "rec37") == plain


def test_without_phosphate_or_calcium_there_is_nothing_to_compare(bench):
    def pair(**gone):
        return [bench.medium(**gone, mg=mg) for mg in (0.8, 2.0)]

    for media in (pair(pi=0.0), pair(ca=0.0)):
        found = equivalents_of(*media, "rec37")
        assert math.isnan(found.pi_percent)
        assert math.isnan(found.pH)
    assert math.isnan(NONE.pH)


def test_a_root_that_is_not_there_is_nan():
    assert math.isnan(root_from(lambda x: 1.0, 0.1))
    assert math.isnan(root_from(lambda x: 1.0 + x * x, 0.1))

    def refused(x: float) -> float:
        raise SpeciationError("no equilibrium")

    assert math.isnan(root_from(refused, 0.1))


def test_a_medium_is_hashable():
    assert hash(Medium((("Ca", 1.8),), 7.4, 5.0, 44.0)) == hash(Medium((("Ca", 1.8),), 7.4, 5.0, 44.0))
