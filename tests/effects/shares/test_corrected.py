"""rho beside the shares: its column, the corrected rows, its own table, and what is told."""

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS
from scipy import stats

from mgassay import tables
from mgassay.design import arms_of_blocks
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.means.panels import panels_from_means
from mgassay.effects.shares.corrected import matched_readout, with_rho
from mgassay.effects.shares.shares import shares_from_means
from mgassay.problems import Problems

NOISE = np.array([0.02, -0.01, -0.01])
# T = 1.2 and B = .72 in every donor but for noise: (T - B)/T = .4. Steps of log Mg_i .4 intact and .08 blocked: rho .2.
CALCIUM = {"scr_08": 3 + NOISE, "scr_20": 1.8 - NOISE, "si_08": 3 - NOISE, "si_20": 2.28 + 0 * NOISE}
MG = {"scr_08": 0 * NOISE, "scr_20": 0.4 + NOISE, "si_08": 0.1 + 0 * NOISE, "si_20": 0.18 - NOISE / 2}
MRNA = {"scr_08": 0 * NOISE, "si_08": np.log(0.25) + 2 * NOISE}
LIFELESS = {"acell_08": 1 + NOISE, "acell_20": 0.8 - NOISE}


def answered(experiment, means):
    problems = Problems()
    shares, rho = with_rho(experiment, shares_from_means(experiment, means), means, problems)
    tables.SHARES.check(shares)
    tables.RHO.check(rho)
    return shares, rho, [(p.code, p.place, p.seen) for p in problems]


def of_readouts(lab, readouts, flags=None):
    means = lab.means(readouts)
    flagged = [(flags or {}).get((r, c), "") for r, c in zip(means["readout"], means["condition"], strict=True)]
    return answered(lab.sirna, means.assign(flag=flagged))


def corrected(shares):
    return shares[shares["share"] == "intracellular_corrected"]


def test_the_share_is_corrected_and_rho_stands_beside_every_row(lab):
    """.4/(1 - .2) = .5 on the means. Every number is its mean plus a multiple of NOISE, whose mean has the SE .01.

    T 2, B -1, step intact 1, under block -1/2; T - B 3, M - N 3/2. So (T - B) M = .48 x .4 = .192 moves by
    .4 x 3 + .48 x 1 = 1.68 of NOISE, T (M - N) = 1.2 x .32 = .384 by .32 x 2 + 1.2 x 1.5 = 2.44, and the ends solve
    .192 - .384 x = +- 4.302653 x .01 (1.68 - 2.44 x).
    """
    shares, _, told = of_readouts(lab, {"calcium": {**CALCIUM, **LIFELESS}, "mg_intracellular": MG})
    assert shares["rho"].tolist() == pytest.approx([0.2] * len(shares))
    (row,) = corrected(shares).to_dict("records")
    assert row["estimate"] == pytest.approx(0.5)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.1197154 / 0.2790153, 0.2642846 / 0.4889847], rel=1e-6)
    where = ("block", "scale", "method", "interval", "identifiable", "step", "day", "flag")
    assert [row[c] for c in where] == ["siTRPM7", "log", "fieller_donor", "bounded", True, "Mg", "", ""]
    assert (row["mg_reference_mM"], row["mg_raised_mM"]) == (0.8, 2.0)
    assert told == []


def test_the_other_rows_stay_as_they_are_and_in_their_order(lab):
    means = lab.means({"calcium": {**CALCIUM, **LIFELESS}, "alizarin_od": CALCIUM, "mg_intracellular": MG})
    before = shares_from_means(lab.sirna, means)
    shares, _, _ = answered(lab.sirna, means)
    others = shares[shares["share"] != "intracellular_corrected"].reset_index(drop=True)
    pd.testing.assert_frame_equal(others.drop(columns="rho"), before.drop(columns="rho"), check_exact=True)
    assert shares["readout"].tolist() == sorted(shares["readout"])  # each corrected row behind its readout's
    assert corrected(shares).index.tolist() == [
        shares.index[shares["readout"] == r][-1] for r in ("alizarin_od", "calcium")
    ]


def test_questions_stay_in_the_order_in_which_they_are_asked(lab):
    """Mg before AngII, and day 14, which is declared, before day 7: neither is the order of the alphabet."""
    means = lab.every_means("calcium", "mg_intracellular")
    before = shares_from_means(lab.every, means)
    shares, _, _ = answered(lab.every, means)
    asked = ["block", "step", "day", "mg_raised_mM"]
    assert shares[asked].drop_duplicates().to_numpy().tolist() == before[asked].drop_duplicates().to_numpy().tolist()
    assert len(corrected(shares)) > 1
    assert shares["step"].iloc[0] == "Mg"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # R 4.2.2, AER 1.2-10: ivreg(ly ~ donor + mg + si + lmi | donor + mg + si + mg:si), sign of an effect
        ("balanced", (3.03523768916252, 0.603447432958556, 5.83480550315959)),
        ("unbalanced", (2.73910404960584, 0.0943563025561216, 5.41613268083072)),
    ],
)
def test_the_slope_of_rs_data_is_that_of_ivreg(lab, data, expected):
    means = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    shares, rho, _ = answered(lab.sirna, means)
    whole, calcium = rho.to_dict("records")
    assert (whole["readout"], whole["source"], whole["n_donors"], whole["interval"]) == (
        "",
        "mg_intracellular",
        4,
        "bounded",
    )
    assert (whole["slope_interval"], np.isnan(whole["slope"])) == ("", True)
    assert (calcium["readout"], calcium["slope_interval"]) == ("calcium", "bounded")
    assert [calcium[c] for c in ("slope", "slope_low", "slope_high")] == pytest.approx(expected, abs=1e-6)
    if data == "balanced":  # R's: see tests/reference/stats
        assert shares["rho"].iloc[0] == pytest.approx(0.26294, abs=5e-6)
        assert corrected(shares)["estimate"].tolist() == pytest.approx([0.8966], abs=5e-5)


def test_the_slope_is_the_step_of_mineral_per_step_of_magnesium(lab):
    """(1.2 - .72)/(.4 - .08) = 1.5."""
    _, rho, _ = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": MG})
    assert rho["slope"].tolist() == pytest.approx([np.nan, 1.5], nan_ok=True)


def test_a_proxy_is_flagged_where_it_corrects_and_has_no_slope(lab):
    """.4/(1 - .25) = .5333, since the deviations of log residual mRNA add up to 0. A/T and (T - B)/T rest on no rho."""
    shares, rho, told = of_readouts(lab, {"calcium": CALCIUM, "gene:TRPM7": MRNA})
    assert shares["rho"].tolist() == pytest.approx([0.25] * len(shares))
    proxy = shares["flag"].str.split(";").map(lambda flags: "proxy_rho" in flags)
    assert set(shares["share"][proxy]) == {"intracellular_corrected"}
    assert set(shares["share"][~proxy]) >= {"intracellular", "extracellular"}
    assert rho["flag"].str.contains("proxy_rho").all()
    assert corrected(shares)["estimate"].tolist() == pytest.approx([0.4 / 0.75])
    assert rho["source"].tolist() == ["gene:TRPM7"] * 2
    assert rho["slope"].isna().all()
    assert set(rho["slope_interval"]) == {""}
    assert told == []


def test_both_sources_stand_in_the_table_and_the_measured_one_corrects(lab):
    shares, rho, _ = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": MG, "gene:TRPM7": MRNA})
    assert rho[["source", "readout"]].to_numpy().tolist() == [
        ["mg_intracellular", ""],
        ["gene:TRPM7", ""],
        ["mg_intracellular", "calcium"],
    ]
    assert rho["rho"].tolist() == pytest.approx([0.2, 0.25, 0.2])
    assert not shares["flag"].str.contains("proxy_rho").any()


@pytest.mark.parametrize(
    ("cell", "flag", "direction"), [("si_20", "floor", "upper_bound"), ("scr_20", "above_curve", "upper_bound")]
)
def test_nothing_is_corrected_by_a_bound(lab, cell, flag, direction):
    shares, rho, told = of_readouts(
        lab, {"calcium": CALCIUM, "mg_intracellular": MG}, {("mg_intracellular", cell): flag}
    )
    assert shares["rho"].isna().all()
    assert corrected(shares).empty
    assert (rho["readout"].tolist(), rho["flag"].tolist()) == ([""], [f"{flag};{direction}"])
    assert told == [("MG642", "siTRPM7", "0.8 to 2 mM Mg")]


def test_a_block_that_may_have_done_nothing_corrects_nothing(lab):
    leaky = {**MG, "si_20": MG["si_08"] + [0.1, 0.4, 0.25]}
    shares, rho, told = of_readouts(lab, {"calcium": CALCIUM, "alizarin_od": CALCIUM, "mg_intracellular": leaky})
    assert corrected(shares).empty
    assert shares["rho"].tolist() == pytest.approx([0.75 / 1.2] * len(shares))
    assert rho["readout"].tolist() == ["", "alizarin_od", "calcium"]
    assert told == [("MG640", "siTRPM7", "alizarin_od, calcium, 0.8 to 2 mM Mg")]


def test_one_donor_of_magnesium_corrects_nothing(lab):
    shares, rho, told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": {c: v[:1] for c, v in MG.items()}})
    assert corrected(shares).empty
    assert rho[["n_donors", "interval", "flag"]].to_numpy().tolist() == [[1, "unbounded", "few_donors"]]
    assert told == [("MG640", "siTRPM7", "calcium, 0.8 to 2 mM Mg")]


def test_magnesium_of_two_other_donors_corrects_nothing(lab):
    """Rho itself is known (an exact .2 of two donors); Welch's df of two donors cover too rarely."""
    two = {"scr_08": [0.0, 0.0], "scr_20": [0.4, 0.41], "si_08": [0.1, 0.1], "si_20": [0.18, 0.182]}
    means = lab.means({"calcium": CALCIUM, "mg_intracellular": two})
    own = means["readout"] == "mg_intracellular"
    shares, rho, told = answered(lab.sirna, means.assign(donor=means["donor"].where(~own, "other " + means["donor"])))
    assert corrected(shares).empty
    assert rho[["readout", "n_donors", "interval"]].to_numpy().tolist() == [["", 2, "bounded"]]
    assert rho["rho"].tolist() == pytest.approx([0.162 / 0.81])
    assert told == [("MG647", "siTRPM7", "calcium, 0.8 to 2 mM Mg")]


def test_more_than_half_left_is_told(lab):
    half = {**MG, "si_20": MG["si_08"] + 0.6 * 0.4 + NOISE / 2}
    shares, _, told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": half})
    assert corrected(shares)["estimate"].tolist() == pytest.approx([1.0])  # .4/.4
    assert told == [("MG641", "siTRPM7", "0.8 to 2 mM Mg")]


def test_what_is_not_shown_to_leave_less_than_half_is_told(lab):
    """Steps .4 intact, .3 x .4 under block on average, in three donors, SE .023: 4.3 SE of rho are .25."""
    scatter = np.array([-0.04, 0.0, 0.04])
    coarse = {**MG, "si_20": MG["si_08"] + 0.3 * 0.4 + scatter}
    shares, rho, told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": coarse})
    assert rho["rho"].iloc[0] < 0.5 < rho["ci_high"].iloc[0] < 1
    assert len(corrected(shares)) == 1
    assert ("MG641", "siTRPM7", "0.8 to 2 mM Mg") in told


def test_shares_of_a_block_that_did_not_block_say_so(lab):
    """The step under block is .56 where the intact one is .4: rho 1.4. Passive has nothing to do with a block."""
    kept = {**MG, "si_20": MG["si_08"] + 1.4 * 0.4 + NOISE / 4}
    shares, _, told = of_readouts(lab, {"calcium": {**CALCIUM, **LIFELESS}, "mg_intracellular": kept})
    flagged = [s for s, f in zip(shares["share"], shares["flag"], strict=True) if "entry_not_blocked" in f.split(";")]
    assert set(flagged) == set(shares["share"]) - {"passive"}
    assert len(set(flagged)) > 1
    assert [code for code, _, _ in told] == ["MG640"]
    assert not of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": MG})[0]["flag"].str.contains("blocked").any()


def test_magnesium_that_falls_is_told(lab):
    fallen = {"scr_08": MG["scr_20"], "scr_20": MG["scr_08"], "si_08": MG["si_20"], "si_20": MG["si_08"]}
    _, rho, told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": fallen})
    assert rho["rho"].tolist() == pytest.approx([0.2, 0.2])  # the sign cancels here, not in the slope
    assert rho["slope"].tolist() == pytest.approx([np.nan, -1.5], nan_ok=True)
    assert told == [("MG643", "siTRPM7", "0.8 to 2 mM Mg")]


def test_magnesium_that_does_not_move_at_all_has_not_fallen(lab):
    """Steps of exactly 0 in every donor: their interval is 0 to 0, which does not lie below 0."""
    still = {**MG, "scr_20": MG["scr_08"]}
    told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": still})[2]
    assert told == [("MG640", "siTRPM7", "calcium, 0.8 to 2 mM Mg")]


@pytest.mark.parametrize(("fall", "codes"), [(-0.4, []), (0.4, ["MG643"])])
def test_a_level_below_the_reference_lowers_magnesium(lab, fall, codes):
    """0.8 -> 0.2 mM beside 0.8 -> 2: Mg_i that falls with Mg is what entry does, Mg_i that rises is not."""
    rows = [
        *lab.sirna_conditions(),
        *(lab.condition(f"{n}_02", 0.2, sirna=s) for n, s in (("scr", "scramble"), ("si", "TRPM7"))),
    ]
    lower = {"scr_02": MG["scr_08"] + fall + NOISE, "si_02": MG["si_08"] + fall / 5 - NOISE / 2}
    means = lab.means({"mg_intracellular": {**MG, **lower}})
    told = answered(lab.experiment(rows), means)[2]
    assert [code for code, _, seen in told if seen == "0.8 to 0.2 mM Mg"] == codes
    assert [code for code, _, seen in told if seen != "0.8 to 0.2 mM Mg"] == []


def test_magnesium_of_other_donors_corrects_without_a_slope(lab):
    """At both ends .192 - .384 x is t times its SE, df by Satterthwaite there; the parts of NOISE as above."""
    means = lab.means({"calcium": CALCIUM, "mg_intracellular": MG})
    own = means["readout"] == "mg_intracellular"
    shares, rho, _ = answered(lab.sirna, means.assign(donor=means["donor"].where(~own, "other " + means["donor"])))
    (row,) = corrected(shares).to_dict("records")
    assert (row["estimate"], row["flag"]) == (pytest.approx(0.5), "unpaired_rho")
    for end in (row["ci_low"], row["ci_high"]):
        of_mineral, of_rho = (1e-4 * np.square([1.2 - 0.64 * end, 0.48 - 1.8 * end])).tolist()
        df = (of_mineral + of_rho) ** 2 / (of_mineral**2 / 2 + of_rho**2 / 2)
        half = stats.t.ppf(0.975, df) * np.sqrt(of_mineral + of_rho)
        assert abs(0.192 - 0.384 * end) == pytest.approx(half)
    assert row["ci_low"] < 0.5 < row["ci_high"]
    assert (rho["flag"].tolist(), rho["slope_interval"].tolist()) == (["", "unpaired_rho"], ["", ""])


def test_a_readout_of_fewer_donors_has_the_rho_of_these(lab):
    """Mg_i of four donors, mineral of the first three: rho in the corrected row is that of the three (.2)."""
    more = {c: [*v, w] for (c, v), w in zip(MG.items(), (0.0, 0.4, 0.1, 0.3), strict=True)}
    shares, rho, _ = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": more})
    assert rho[["readout", "n_donors"]].to_numpy().tolist() == [["", 4], ["calcium", 3]]
    assert rho["rho"].tolist() == pytest.approx([(0.24 + 0.2) / 1.6, 0.2])
    assert corrected(shares)["rho"].tolist() == pytest.approx([0.2])
    others = shares[shares["share"] != "intracellular_corrected"]
    assert others["rho"].tolist() == pytest.approx([0.275] * len(others))


@pytest.mark.parametrize(
    ("cell", "flag", "share", "slope"),
    [
        ("scr_20", "floor", "floor;lower_bound", "floor;lower_bound"),  # T is at least what it is
        ("si_20", "floor", "floor;upper_bound", "floor;upper_bound"),  # B is: T - B at most
        ("si_08", "above_curve", "above_curve;upper_bound", "above_curve;upper_bound"),
    ],
)
def test_bounds_of_mineral_point_the_way_they_do_without_correction(lab, cell, flag, share, slope):
    shares, rho, told = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": MG}, {("calcium", cell): flag})
    (row,) = corrected(shares).to_dict("records")
    plain = shares[(shares["share"] == "intracellular") & (shares["method"] == "fieller_donor")]
    assert (row["flag"], set(plain["flag"]), row["identifiable"]) == (share, {share}, True)
    assert rho["flag"].tolist() == ["", slope]
    assert told == []


def test_a_bound_turns_round_in_a_slope_of_falling_magnesium(lab):
    fallen = {"scr_08": MG["scr_20"], "scr_20": MG["scr_08"], "si_08": MG["si_20"], "si_20": MG["si_08"]}
    _, rho, _ = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": fallen}, {("calcium", "scr_20"): "floor"})
    assert rho["flag"].tolist() == ["", "floor;upper_bound"]


def test_a_donor_of_mineral_lost_to_a_bound_without_a_number_leaves_no_direction(lab):
    more = {c: [*v, v[0]] for c, v in CALCIUM.items()}
    means = lab.means({"calcium": more, "mg_intracellular": {c: [*v, v[0]] for c, v in MG.items()}})
    lost = (means["readout"] == "calcium") & (means["condition"] == "scr_20") & (means["donor"] == "D4")
    gone = means.assign(log_mean=means["log_mean"].mask(lost), flag=np.where(lost, "floor", ""))
    shares, rho, _ = answered(lab.sirna, gone)
    assert corrected(shares)[["estimate", "identifiable", "flag"]].to_numpy().tolist() == [
        [pytest.approx(0.5), False, "floor"]
    ]
    assert rho[["n_donors", "flag"]].to_numpy().tolist() == [[4, ""], [3, "floor"]]


def test_open_mineral_is_not_identifiable(lab):
    flags = {("calcium", c): "floor" for c in ("scr_08", "scr_20")}
    shares, _, _ = of_readouts(lab, {"calcium": CALCIUM, "mg_intracellular": MG}, flags)
    assert corrected(shares)[["identifiable", "flag"]].to_numpy().tolist() == [[False, "floor"]]


def test_what_weakens_mg_itself_stands_on_what_rests_on_it(lab):
    shares, rho, _ = of_readouts(
        lab, {"calcium": CALCIUM, "mg_intracellular": MG}, {("mg_intracellular", "si_20"): "outlier"}
    )
    assert corrected(shares)["flag"].tolist() == ["outlier"]
    assert rho["flag"].tolist() == ["outlier", "outlier"]


def test_without_rho_nothing_changes(lab):
    for readouts in ({"calcium": CALCIUM}, {"calcium": CALCIUM, "mg_intracellular": {"scr_08": [0.1]}}, {}):
        shares, rho, told = of_readouts(lab, readouts)
        pd.testing.assert_frame_equal(shares, shares_from_means(lab.sirna, lab.means(readouts)))
        assert (len(rho), told) == (0, [])


def test_mg_without_mineral_still_has_its_rho(lab):
    shares, rho, told = of_readouts(lab, {"mg_intracellular": MG})
    assert (len(shares), rho["readout"].tolist(), told) == (0, [""], [])


def many_questions(lab):
    """Scramble and siRNA at .8, 2 and 3 mM on days 7 and 14, and AngII with both at .8 mM on day 14."""
    entry = (("scr", "scramble"), ("si", "TRPM7"))
    mg = [(f"{n}_{m:g}_{day}", m, {"sirna": s, "day": day})
          for n, s in entry for m in (0.8, 2.0, 3.0) for day in ("7", "14")]  # fmt: skip
    driven = [(f"{n}_ang", 0.8, {"sirna": s, "day": "14", "modulator": "AngII"}) for n, s in entry]
    rows = [lab.condition(name, level, **columns) for name, level, columns in (*mg, *driven)]
    step = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}
    return lab.experiment(rows, step=[step])


def test_every_question_has_its_own_rho_and_only_mg_a_proxy(lab):
    """Rho .2 at 2 mM on day 14; .5 under AngII; 3 mM by mRNA (.25); day 7 has nothing."""
    experiment = many_questions(lab)
    means = {
        "calcium": {
            "scr_0.8_14": 3 + NOISE, "scr_2_14": 1.8 - NOISE, "si_0.8_14": 3 - NOISE, "si_2_14": 2.28 + 0 * NOISE,
            "scr_3_14": 1.8 + NOISE, "si_3_14": 2.28 - NOISE, "scr_ang": 1.8 + NOISE, "si_ang": 2.28 - NOISE,
            "scr_0.8_7": 3 + NOISE, "scr_2_7": 2 - NOISE, "si_0.8_7": 3 - NOISE, "si_2_7": 2.5 - NOISE,
        },
        "mg_intracellular": {
            "scr_0.8_14": 0 * NOISE, "scr_2_14": 0.4 + NOISE, "si_0.8_14": 0.1 + 0 * NOISE, "si_2_14": 0.18 - NOISE / 2,
            "scr_ang": 0.4 - NOISE, "si_ang": 0.3 + NOISE / 2,
        },
        "gene:TRPM7": {c: 0 * NOISE + (np.log(0.25) + NOISE if c[0:2] == "si" else 0)
                       for c in ("scr_0.8_14", "si_0.8_14", "scr_ang", "si_ang")},
    }  # fmt: skip
    shares, rho, _ = answered(experiment, lab.means(means))
    asked = ["step", "day", "mg_raised_mM"]
    found = {key: set(rows["rho"].round(9)) for key, rows in shares.groupby(asked)}
    assert found.pop(("Mg", "14", 2.0)) == {0.2}
    assert found.pop(("Mg", "14", 3.0)) == {0.25}
    assert found.pop(("AngII", "14", 0.8)) == {0.5}
    assert {repr(value) for values in found.values() for value in values} == {"nan"}  # day 7
    assert {tuple(key) for key in corrected(shares)[asked].to_numpy().tolist()} == {
        ("Mg", "14", 2.0), ("Mg", "14", 3.0), ("AngII", "14", 0.8)
    }  # fmt: skip
    proxies = shares[shares["flag"].str.contains("proxy_rho")]
    assert set(proxies["mg_raised_mM"]) == {3.0}
    sources = {tuple(key) for key in rho[["step", "mg_raised_mM", "source"]].to_numpy().tolist()}
    assert ("AngII", 0.8, "gene:TRPM7") not in sources
    assert not rho.duplicated(list(tables.KEYS["rho"])).any()
    assert not shares.duplicated(list(tables.KEYS["shares"])).any()


def test_the_slope_is_linearmodels_two_stage_least_squares(lab):
    """IV2SLS of log mineral on log Mg_i, donors, Mg and block as covariates, Mg x block as the instrument."""
    rng = np.random.default_rng(38)
    raised, block = np.array([0.0, 1, 0, 1]), np.array([0.0, 0, 1, 1])
    donors = rng.normal(0, 0.8, (6, 1))
    magnesium = 0.3 * donors + 0.4 * raised - 0.3 * raised * block - 0.1 * block + rng.normal(0, 0.05, (6, 4))
    mineral = 3 + donors - 0.5 * raised - 1.5 * magnesium + rng.normal(0, 0.1, (6, 4))
    arms = dict(zip(lab.arms, zip(mineral.T, magnesium.T, strict=True), strict=False))
    means = {"calcium": {c: y for c, (y, _) in arms.items()}, "mg_intracellular": {c: m for c, (_, m) in arms.items()}}
    _, rho, _ = of_readouts(lab, means)
    table = pd.DataFrame({"y": mineral.ravel(), "m": magnesium.ravel(), "raised": np.tile(raised, 6)})
    table = table.assign(block=np.tile(block, 6), z=np.tile(raised * block, 6))
    own = pd.get_dummies(np.repeat(np.arange(6), 4), dtype=float).add_prefix("donor")
    covariates = pd.concat([own, table[["raised", "block"]]], axis=1)
    fit = IV2SLS(table["y"], covariates, table[["m"]], table[["z"]]).fit(cov_type="unadjusted")
    assert rho["slope"].iloc[-1] == pytest.approx(-fit.params["m"], abs=1e-9)


def test_a_readout_beside_its_rho_is_what_the_corrected_row_rests_on(lab):
    """T 1.2, B .72 (noise aside) and steps of Mg_i .4 and .08: the same donors, in the same order."""
    means = lab.means({"calcium": CALCIUM, "mg_intracellular": MG})
    panels = {p.readout: p for p in panels_from_means(means)}
    (arms,) = (a for a in arms_of_blocks(lab.sirna) if a.block)
    found = matched_readout(arms, panels, "calcium")
    assert found is not None
    assert matched_readout(arms, panels, "alizarin_od") is None
    assert matched_readout(arms, {"calcium": panels["calcium"]}, "calcium") is None
