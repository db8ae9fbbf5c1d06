import numpy as np
import pytest

from mgassay import tables
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

NOISE = np.array([-0.06, 0.03, 0.05, -0.02])
SI, APB, NONE = ("scr", "si"), ("ca", "apb"), ("ca", "")


def arms(pair, total=1.2, share=0.8, main=0.0):
    """Log means of four donors in the live arms of a block."""
    intact, blocked = pair
    y = {f"{intact}_08": 3 + NOISE, f"{intact}_20": 3 - total - NOISE}
    low = {f"{blocked}_08": 3 + main - NOISE[::-1], f"{blocked}_20": 3 + main - total * (1 - share) + NOISE / 2}
    return {**y, **(low if blocked else {})}


ACELLULAR = {"acell_08": 1 + NOISE, "acell_20": 0.8 - NOISE[::-1]}
MG = {"scr_08": NOISE / 4, "scr_20": 0.5 - NOISE / 4, "si_08": -NOISE / 4, "si_20": 0.1 + NOISE / 4}


def fired(verdict):
    return {r["rule"] for r in verdict["rules"] if r["fired"]}


def test_an_a_needs_everything(judged):
    verdict = judged({"calcium": {**arms(SI), **arms(APB), **ACELLULAR}, "mg_intracellular": MG})
    assert (verdict["grade"], verdict["readout"], verdict["block"]) == ("A", "calcium", "siTRPM7")
    assert verdict["identifiable"] is True
    assert verdict["missing"] == []
    assert verdict["readouts"]["calcium"]["2-APB"]["grade"] == "C"


def test_sirna_with_mg_is_b_and_without_c(judged):
    with_mg = judged({"calcium": arms(SI), "mg_intracellular": MG})
    assert with_mg["grade"] == "B"
    assert with_mg["missing"] == ["second block of Mg entry", "acellular"]
    without = judged({"calcium": arms(SI)})
    assert without["grade"] == "C"
    assert "intracellular Mg" in without["missing"]


def test_a_leaky_knock_down_is_not_an_a(judged):
    """rho = .4/.5 = .8."""
    leaky = {**MG, "si_20": 0.4 + NOISE}
    verdict = judged({"calcium": {**arms(SI), **arms(APB), **ACELLULAR}, "mg_intracellular": leaky})
    assert verdict["grade"] == "B"
    assert "rho_below_half" not in fired(verdict)


@pytest.mark.parametrize("flag", ["floor", "above_curve"])
def test_bounds_of_intracellular_mg_say_nothing_of_rho(judged, flag):
    values = {"calcium": {**arms(SI), **arms(APB), **ACELLULAR}, "mg_intracellular": MG}
    assert "rho_below_half" in fired(judged(values))
    assert "rho_below_half" not in fired(judged(values, {("mg_intracellular", "si_20"): flag}))


def test_blocks_that_disagree_are_not_an_a(judged):
    verdict = judged({"calcium": {**arms(SI), **arms(APB, share=-0.3), **ACELLULAR}, "mg_intracellular": MG})
    assert verdict["grade"] == "B"
    assert "second_block_agrees" not in fired(verdict)


def test_2apb_alone_never_exceeds_c(judged):
    verdict = judged({"calcium": {**arms(APB), **ACELLULAR}})
    assert (verdict["grade"], verdict["block"]) == ("C", "2-APB")
    assert verdict["missing"] == ["TRPM7 siRNA", "intracellular Mg"]


def test_mg_only_is_d_with_or_without_acellular(judged):
    for extra in ({}, ACELLULAR):
        verdict = judged({"calcium": {**arms(NONE), **extra}})
        assert (verdict["grade"], verdict["block"], verdict["identifiable"]) == ("D", "", False)
        assert {"TRPM7 siRNA", "second block of Mg entry"} <= set(verdict["missing"])


def test_a_block_lacking_an_arm_is_d_and_names_it(judged):
    values = arms(SI)
    del values["si_20"]
    verdict = judged({"calcium": values})
    assert verdict["grade"] == "D"
    assert verdict["missing"][0] == "siTRPM7 at raised Mg"


@pytest.mark.parametrize(
    ("values", "flags", "rule"),
    [
        ({"calcium": arms(SI, total=0.0)}, {}, "total_includes_zero"),
        ({"calcium": arms(SI)}, {("calcium", "scr_20"): "floor"}, "floor"),
        ({"calcium": arms(SI, total=0.7, share=0.5, main=0.9)}, {}, "block_main_exceeds_total"),
        (
            {"calcium": arms(SI), "viability": {"scr_08": NOISE / 5, "si_08": np.log(0.7) + NOISE / 5}},
            {},
            "viability_changed",
        ),
    ],
)
def test_what_ends_in_x(judged, values, flags, rule):
    verdict = judged(values, flags)
    assert verdict["grade"] == "X"
    assert rule in fired(verdict)


def test_a_small_change_of_viability_is_none(judged):
    verdict = judged({"calcium": arms(SI), "viability": {"scr_08": NOISE / 5, "si_08": np.log(0.9) + NOISE / 5}})
    assert "viability_changed" not in fired(verdict)


def test_the_verdict_rests_on_calcium_per_well_where_only_that_has_the_acellular_arm(judged):
    verdict = judged({"calcium": arms(SI), "calcium_per_well": {**arms(SI), **ACELLULAR}, "alizarin_od": arms(SI)})
    assert (verdict["readout"], verdict["basis"]) == ("calcium_per_well", "acellular_arm")
    assert set(verdict["readouts"]) == {"calcium", "calcium_per_well", "alizarin_od"}
    assert "acellular" in verdict["readouts"]["calcium"]["siTRPM7"]["missing"]
    assert "acellular" not in verdict["missing"]


def test_alizarin_carries_the_verdict_where_there_is_no_calcium(judged):
    verdict = judged({"alizarin_area": arms(SI), "alizarin_od": arms(SI)})
    assert (verdict["readout"], verdict["basis"]) == ("alizarin_od", "first_readout")


def test_an_incomplete_selective_block_gives_way(judged):
    values = {**arms(SI), **arms(APB)}
    del values["si_08"]
    assert judged({"calcium": values})["block"] == "2-APB"


def test_no_effect_at_all(lab, room):
    verdict = room.verdict_of(lab.sirna, tables.MEANS.frame())
    assert (verdict["readout"], verdict["block"], verdict["grade"], verdict["readouts"]) == ("", "", "X", {})
    assert verdict["experiment"] == "exp"


def test_r_data_are_resolved_with_rho_unsure(lab, room):
    """rho .263 there; four donors leave its interval above .5 or not, but T and T-B exclude 0."""
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    verdict = room.verdict_of(lab.sirna, means)
    assert verdict["grade"] == "B"
    assert {"resolved", "sirna", "selective_block", "mg_intracellular_measured", "acellular_arm"} <= fired(verdict)


def test_rho_of_r_data(lab):
    """The README of the data gives rho = .26294."""
    from mgassay.effects.contrasts.contrasts import donor_contrast
    from mgassay.effects.estimators.share_sets import live_effects, share_set
    from mgassay.effects.means.panels import panels_from_means

    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    panel = next(p for p in panels_from_means(means) if p.readout == "mg_intracellular")
    y = panel.matrix(lab.arms[:4]).values
    rho = share_set("extracellular", live_effects(*(donor_contrast(y, c, "log") for c in ("total", "blocked"))))
    assert float(rho.estimate) == pytest.approx(0.26294, abs=5e-6)


def test_sirna_without_scramble_is_d_on_the_plain_arms(judged):
    values = {**arms(SI), **arms(NONE)}
    del values["scr_08"], values["scr_20"]
    verdict = judged({"calcium": values})
    assert (verdict["grade"], verdict["block"]) == ("D", "")
    assert "intact at raised Mg, as control of siTRPM7" in verdict["missing"]
    assert verdict["readouts"]["calcium"]["siTRPM7"]["grade"] == "X"


def test_of_two_selective_blocks_the_verdict_rests_on_sirna(lab, room):
    rows = [c for c in lab.sirna_conditions() if c["cells"] == "live"]
    wax = [("ca", "none", "08", 0.8), ("ca", "none", "20", 2.0), ("wax", "waixenicin A", "08", 0.8)]
    rows += [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i, m, mg in [*wax, ("wax", "waixenicin A", "20", 2.0)]]
    values = {**arms(SI), **arms(("ca", "wax"))}
    verdict = room.verdict_of(lab.experiment(rows), lab.means({"calcium": values}))
    assert verdict["block"] == "siTRPM7"


def test_an_arm_declared_but_without_values_is_missing(lab, room):
    values = {**arms(SI), "si_20": np.full(4, np.nan)}
    verdict = room.verdict_of(lab.sirna, lab.means({"calcium": values}))
    assert verdict["grade"] == "D"
    assert verdict["missing"][0] == "siTRPM7 at raised Mg"


def test_without_mineral_it_is_mineral_that_is_missing(judged):
    verdict = judged({"gene:RUNX2": arms(SI)})
    assert (verdict["grade"], verdict["readout"]) == ("X", "")
    assert verdict["missing"][0] == "mineral readout"


def test_an_arm_without_anything_alive_has_changed_viability(lab, room):
    viability = [("scr_08", 0.0, ""), ("si_20", np.nan, "floor")]  # not above zero: no logarithm
    dead = [
        {"readout": "viability", "condition": c, "donor": f"D{i}", "log_mean": v, "n_reps": 3, "n_wells": 3, "flag": f}
        for c, v, f in viability
        for i in range(1, 5)
    ]
    means = tables.MEANS.frame([*lab.means({"calcium": arms(SI)}).to_dict("records"), *dead])
    assert "viability_changed" in fired(room.verdict_of(lab.sirna, means))


def test_bounds_that_pull_both_ways_are_not_identifiable(judged):
    """Both raised arms at the floor: the limits put in for them divide to a share, and it is of nothing."""
    floors = {("calcium", "scr_20"): "floor", ("calcium", "si_20"): "floor"}
    verdict = judged({"calcium": arms(SI)}, floors)
    assert {"floor", "share_not_identifiable"} <= fired(verdict)
    assert verdict["identifiable"] is False
    one = judged({"calcium": arms(SI)}, {("calcium", "scr_20"): "floor"})
    assert "share_not_identifiable" not in fired(one)


def test_no_verdict_has_every_key_and_claims_nothing(lab):
    from mgassay.effects.verdict.verdict import no_verdict

    none = no_verdict("lab-1")
    keys = "experiment readout block grade identifiable missing rules sentences readouts".split()
    assert set(keys) <= set(none)
    assert (none["experiment"], none["grade"], none["identifiable"]) == ("lab-1", None, False)
    assert not any(none[k] for k in ("readout", "block", "missing", "rules", "sentences", "readouts"))


@pytest.mark.parametrize("flag", ["floor", "above_curve"])
def test_bounds_of_intracellular_mg_are_no_measurement(judged, flag):
    """Every donor has a bound in an arm: a difference of limits measures nothing, so that a B becomes a C."""
    values = {"calcium": arms(SI), "mg_intracellular": MG}
    assert judged(values)["grade"] == "B"
    bounded = judged(values, {("mg_intracellular", "si_20"): flag})
    assert bounded["grade"] == "C"
    assert "mg_intracellular_measured" not in fired(bounded)
    assert "intracellular Mg" in bounded["missing"]


@pytest.mark.parametrize("flag", ["floor", "above_curve"])
def test_an_acellular_arm_of_bounds_is_none(judged, flag):
    values = {"calcium": {**arms(SI), **ACELLULAR}}
    assert "acellular_arm" in fired(judged(values))
    verdict = judged(values, {("calcium", "acell_20"): flag})
    assert "acellular_arm" not in fired(verdict)
    assert "acellular" in verdict["missing"]


def test_three_arms_above_the_curve_tell_no_share(judged):
    """All at the top: the blocked arms are alike because both stop there, and everything looks intracellular."""
    flags = {("calcium", c): "above_curve" for c in ("scr_08", "si_08", "si_20")}
    verdict = judged({"calcium": arms(SI, share=0.99), "mg_intracellular": MG}, flags)
    assert (verdict["grade"], verdict["identifiable"]) == ("X", False)
    assert "resolved" not in fired(verdict)  # T - B is made of bounds that pull it both ways


@pytest.mark.parametrize(
    ("flags", "resolved"),
    [
        ({"scr_08": "above_curve"}, True),  # T and T - B at least what they are, above 0
        ({"scr_20": "above_curve"}, False),  # at most: they may be 0
        ({"scr_08": "above_curve", "scr_20": "above_curve"}, False),  # either
        ({"scr_08": "above_curve", "si_08": "above_curve"}, False),  # T at least, T - B either
    ],
)
def test_only_a_bound_on_its_own_side_of_zero_resolves(judged, flags, resolved):
    verdict = judged({"calcium": arms(SI)}, {("calcium", c): f for c, f in flags.items()})
    assert ("resolved" in fired(verdict)) is resolved
    assert ("total_includes_zero" in fired(verdict)) is ("scr_20" in flags)


def test_a_promoter_is_resolved_by_a_bound_below_zero(judged):
    """T = -1.2 or lower: Mg raises mineral, whatever the floored reference held."""
    values = {"calcium": arms(SI, total=-1.2)}
    assert "total_includes_zero" not in fired(judged(values, {("calcium", "scr_20"): "above_curve"}))
    assert "total_includes_zero" in fired(judged(values, {("calcium", "scr_08"): "above_curve"}))
