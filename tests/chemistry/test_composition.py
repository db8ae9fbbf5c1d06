import math

import pytest

from mgassay.chemistry.composition import LIMITS, albumin_uM, composed, describes_a_medium, mg_salt


def row(bench, **own):
    return {k: v for k, v in {**bench.full, **own}.items() if v is not None}


def test_the_totals_of_a_described_medium_are_those_of_the_golden_run(bench):
    """12 % serum hold 42 uM of albumin: 0.504 mM sites; the golden runs took 0.42."""
    (medium,) = composed(row(bench)).media.values()
    golden = bench.medium()
    assert medium.total.keys() == golden.total.keys()
    for element, total in golden.total.items():
        assert medium.total[element] == pytest.approx(0.504 if element == "Alb" else total), element
    assert (medium.pH, medium.co2_percent, medium.carbonate_mM) == (7.4, 5.0, 44.05)


def test_magnesium_goes_with_its_salt(bench):
    """1.186 mM above the recipe's 0.814: as chloride 2.372 mM more Cl, as sulfate 1.186 mM more S."""
    plain, chloride, sulfate = (
        next(iter(composed(row(bench, mg_mM=mg, mg_salt=salt)).media.values())).total
        for mg, salt in ((0.814, "chloride"), (2.0, "MgCl2·6H2O"), (2.0, "Magnesium sulfate"))
    )
    assert chloride["Cl"] - plain["Cl"] == pytest.approx(2.372)
    assert chloride["S(6)"] == plain["S(6)"]
    assert sulfate["S(6)"] - plain["S(6)"] == pytest.approx(1.186)
    assert sulfate["Cl"] == plain["Cl"]


def test_a_salt_that_is_not_known_is_said_and_taken_as_chloride(bench):
    one = composed(row(bench, mg_mM=2.0, mg_salt="citrate"))
    assert one.unknown_salt == "citrate"
    assert "chloride" in one.assumed[0]
    assert mg_salt({"mg_salt": "citrate"}) == "chloride"
    assert composed(row(bench)).unknown_salt == ""


def test_glycerophosphate_is_bracketed_as_intact_and_cleaved(bench):
    media = composed(row(bench, bgp_mM=10.0)).media
    assert set(media) == {"intact", "cleaved"}
    assert (media["intact"].total["P"], media["intact"].total["Gp"]) == (2.6, 10.0)
    assert media["cleaved"].total["P"] == 12.6
    assert "Gp" not in media["cleaved"].total
    assert media["intact"].total["Na"] == media["cleaved"].total["Na"]


def test_a_recipe_stands_for_what_is_left_empty_and_gives_way_to_what_is_measured(bench):
    """DMEM: 1.80 Ca, 0.906 phosphate, 44.05 bicarbonate."""
    (recipe,) = composed(row(bench, ca_mM=None, pi_mM=None)).media.values()
    assert (recipe.total["Ca"], recipe.total["P"]) == (1.8, 0.906)
    (measured,) = composed(row(bench, ca_mM=2.1, hco3_mM=26.0)).media.values()
    assert (measured.total["Ca"], measured.carbonate_mM) == (2.1, 26.0)


def test_what_is_missing_is_named_and_nothing_is_computed(bench):
    for gone, missing in (
        ({"mg_mM": None}, ("mg_mM",)),
        ({"basal_medium": None, "ca_mM": None}, ("ca_mM",)),
        ({"pH": None, "co2_percent": None}, ("pH or co2_percent",)),
        ({"pH": None, "co2_percent": 0.0}, ("pH or co2_percent",)),
        ({"basal_medium": None, "pH": None}, ("pH or hco3_mM",)),
        ({"basal_medium": None, "co2_percent": None}, ("co2_percent or hco3_mM",)),
    ):
        one = composed(row(bench, **gone))
        assert one.missing == missing
        assert not one.media


@pytest.mark.parametrize("column", LIMITS)
def test_what_no_medium_holds_is_refused(bench, column):
    low, high = LIMITS[column]
    for value in (low - 1e-3, -1.0, high * 1.01, math.inf):
        one = composed(row(bench, **{column: value}))
        assert one.impossible == (column,), value
        assert not one.media
    assert composed(row(bench, **{column: math.nan})).impossible == ()


def test_nothing_is_taken_for_granted_without_a_word(bench):
    assert composed(row(bench)).assumed == ()
    bare = composed(row(bench, basal_medium=None, serum_percent=None, mg_salt=None, mg_mM=2.0))
    assert [word for word in ("sodium", "chloride", "albumin") if any(word in told for told in bare.assumed)] == [
        "sodium", "chloride", "albumin",
    ]  # fmt: skip
    assert composed(row(bench, mg_salt=None)).assumed == ()  # no Mg was added to DMEM's own


def test_a_basal_medium_that_is_not_known_is_said_and_amounts_still_count(bench):
    one = composed(row(bench, basal_medium="broth"))
    assert one.unknown_basal == "broth"
    assert one.media[""].total["Ca"] == 1.8


def test_albumin_is_taken_as_measured_before_serum():
    assert albumin_uM({"serum_percent": 10.0}) == pytest.approx(35.0)
    assert albumin_uM({"serum_percent": 10.0, "albumin_uM": 20.0}) == 20.0
    assert albumin_uM({}) == 0.0


def test_small_additions_enter_in_their_units(bench):
    (medium,) = composed(row(bench, ppi_uM=10.0, atp_uM=100.0, nh4_mM=0.5)).media.values()
    assert [medium.total[e] for e in ("Pp", "Atp", "Amm")] == pytest.approx([0.01, 0.1, 0.5])


def test_a_row_that_names_neither_medium_nor_calcium_nor_phosphate_describes_none():
    assert not describes_a_medium({"mg_mM": 0.8, "serum_percent": 10.0, "basal_medium": "", "bgp_mM": 10.0})
    assert describes_a_medium({"pi_mM": 2.6})
    assert describes_a_medium({"basal_medium": "DMEM"})


def test_another_phosphate_brings_its_sodium(bench):
    """1.8 sodium a phosphate: 0.4 mM more brings 0.72 mM."""
    less, more = bench.medium(), bench.medium().with_phosphate(3.0)
    assert more.total["P"] == 3.0
    assert more.total["Na"] - less.total["Na"] == pytest.approx(0.72)
