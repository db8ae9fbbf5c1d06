"""Viability in percent of the plate's own control.

The plate of most tests, worked by hand: blanks 0.04, 0.05, 0.06 (mean 0.05, SD 0.01), control wells 1.03 and 1.07
(mean 1.05, so 100 percent are 1.00 above the blank), treated wells 0.63 and 0.67: 58 and 62 percent. LOD = 330 · 0.01 /
1.00 = 3.3 percent. Spread: squares 2 · 0.02² in each of two pairs, 2 df: variance 0.0016 / 2 = 0.0008.
"""

import math

import numpy as np
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.cells.viability import quantify_viability
from mgassay.assays.plates.plate import Plate
from mgassay.assays.plates.plates import quantify_plates
from mgassay.effects.conclusions import conclusions_from_amounts
from mgassay.effects.means.means import means_from_amounts
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems


def condition(name, medium="calcifying", mg=0.8, **more):
    idle = {"inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none", "modulator": "none"}
    return {"condition": name, "medium": medium, "mg_mM": mg, **idle, **more}


CONDITIONS = [
    condition("ctrl", "control"),
    condition("ca08"),
    condition("ca20", mg=2.0),
    condition("lysed", "control", modulator="lysis"),
    condition("acell", cells="none"),
]


def experiment(viability=None, conditions=CONDITIONS, layouts=None, plates=("v1",), **raw):
    settings = {
        "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
        "assays": {"viability": viability or {}},
    }
    files = tuple(RawFile(file=f"raw/{p}.txt", assay="viability", plate=p, **raw) for p in plates)
    return Experiment(
        "exp", Settings.model_validate(settings), tables.CONDITIONS.frame(conditions), files, layouts or {}
    )


def well(name, value, condition="", donor="D1", rep="1", **more):
    role = "sample" if condition else "blank"
    row = {"assay": "viability", "plate": "v1", "well": name, "value": value, "status": "ok", "role": role, "rep": rep}
    row |= {"channel": "A570", "wavelength_nm": 570.0, "read_index": 0, "condition": condition}
    return {**row, "donor": donor if condition else "", **more}


BLANKS = [well("A1", 0.04), well("A2", 0.05), well("A3", 0.06)]
CONTROL = [well("B1", 1.03, "ctrl"), well("B2", 1.07, "ctrl", rep="2")]
TREATED = [well("C1", 0.63, "ca20"), well("C2", 0.67, "ca20", rep="2")]


def quantified(exp, *rows):
    """Amounts by well, and problems; the caller's wells are left alone."""
    wells, problems = tables.WELLS.frame(rows), Problems()
    before = wells.copy()
    found = quantify_plates(exp, wells, problems)
    assert wells.equals(before)
    tables.AMOUNTS.check(found.amounts)
    return found.amounts.set_index("well"), problems


def codes(problems, *severities):
    return [p.code for p in problems if not severities or p.severity in severities]


def test_percent_of_the_control_by_hand():
    amounts, problems = quantified(experiment(), *BLANKS, *CONTROL, *TREATED)
    assert amounts.value.to_dict() == pytest.approx({"B1": 98.0, "B2": 102.0, "C1": 58.0, "C2": 62.0})
    assert amounts.limit.tolist() == pytest.approx([3.3] * 4)
    assert set(amounts.flag) == {""}
    kept = ["assay", "readout", "unit", "plate"]
    assert amounts.loc["C1", kept].tolist() == ["viability", "viability", "percent", "v1"]
    (notice,) = problems
    assert (notice.code, notice.severity, notice.seen) == ("MG356", "notice", "ctrl")
    assert "culture wells of one condition and donor" in notice.message
    assert "by the method mtt." in notice.message  # which stands where the lab declares none
    assert "without living cells" not in notice.message


def fieller_holds(low, high, y, own_share, t):
    """Both ends r solve (N − rD)² = t²·(s²·(1 + r²/2 − 2r·own) + B·(1 − r)²), with s² = 0.0008 and B = 0.01²/3."""
    top, bottom = y - 0.05, 1.0
    for r in (low / 100, high / 100):
        spread = 0.0008 * (1 + r**2 / 2 - 2 * r * own_share) + 0.01**2 / 3 * (1 - r) ** 2
        assert (top - r * bottom) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)


def test_the_interval_counts_the_blank_on_both_sides():
    """df by Welch and Satterthwaite: the wells' part has 1 df (C1 left out: the control pair, 2 · 0.02²), blanks 2."""
    amounts, _ = quantified(experiment(), *BLANKS, *CONTROL, *TREATED)
    wells, blank = 0.0008 * (1 + 0.58**2 / 2), 0.01**2 / 3 * 0.42**2
    t = stats.t.ppf(0.975, (wells + blank) ** 2 / (wells**2 / 1 + blank**2 / 2))
    low, high = amounts.loc["C1", ["ci_low", "ci_high"]]
    fieller_holds(low, high, 0.63, 0.0, t)
    assert low < 58 < high


@pytest.mark.parametrize(("blanks", "of_blank"), [(BLANKS, 0.01**2 / 3), (BLANKS[1:2], 0.0008)])
def test_what_all_wells_share_is_the_error_of_the_control_and_of_the_blank(blanks, of_blank):
    """At 58 percent by hand: the control's variance 0.0008 / 2 times q², the blank's times (1 - q)²; the step is 1."""
    exp, wells = experiment(), tables.WELLS.frame([*blanks, *CONTROL, *TREATED])
    plate = Plate(exp, exp.files[0], exp.assay_settings(exp.files[0]), wells)
    measured = quantify_viability(plate, Problems()).measured.set_index("well")
    shared = 0.0004 * 0.58**2 + of_blank * 0.42**2
    assert measured.se_curve["C1"] == pytest.approx(100 * math.sqrt(shared))


def test_a_control_well_stands_in_its_own_mean():
    """Its covariance with the mean of two is half its variance; the variance is that of the treated pair, 1 df."""
    amounts, _ = quantified(experiment(), *BLANKS, *CONTROL, *TREATED)
    wells, blank = 0.0008 * (1 + 0.98**2 / 2 - 0.98), 0.01**2 / 3 * 0.02**2
    t = stats.t.ppf(0.975, (wells + blank) ** 2 / (wells**2 / 1 + blank**2 / 2))
    fieller_holds(*amounts.loc["B1", ["ci_low", "ci_high"]], 1.03, 0.5, t)


def test_a_scatter_in_proportion_to_the_cells_is_followed():
    """Pairs 10 % about nets m of 1, 0.8 … 0.1: variances in m², of which a well without signal has the least share.

    That is 0.0004. With f = 0.0004 + 0.9996 m² a pair has squares 2 · (0.1 m)² / f; C1's interval rests on the five
    pairs that it is not in.
    """
    nets = {"ctrl": 1.0, "ca20": 0.8, "c3": 0.6, "c4": 0.4, "c5": 0.2, "c6": 0.1}
    exp = experiment(conditions=[*CONDITIONS, *(condition(c, mg=5.0) for c in nets if c[1] in "3456")])
    pairs = [
        (c, m * (1 + d), f"{'BCDEFG'[i]}{k}") for i, (c, m) in enumerate(nets.items()) for k, d in ((1, 0.1), (2, -0.1))
    ]
    amounts, _ = quantified(exp, BLANKS[0], BLANKS[2], *(well(w, 0.05 + y, c, rep=w) for c, y, w in pairs))
    f = {c: 0.0004 + 0.9996 * m**2 for c, m in nets.items()}
    squares = {c: 2 * (0.1 * m) ** 2 / f[c] for c, m in nets.items()}
    rest, blank = sum(squares[c] for c in nets if c != "ca20") / 5, 0.0002 / 2
    wells, shared = rest * (f["ca20"] + 0.88**2 * f["ctrl"] / 2), blank * 0.12**2
    t = stats.t.ppf(0.975, (wells + shared) ** 2 / (wells**2 / 5 + shared**2 / 1))
    for r in amounts.loc["C1", ["ci_low", "ci_high"]] / 100:
        spread = rest * (f["ca20"] + r**2 * f["ctrl"] / 2) + blank * (1 - r) ** 2
        assert (0.88 - r) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)
    assert amounts.limit["C1"] == pytest.approx(330 * math.sqrt(0.0004 * sum(squares.values()) / 6))


def test_technical_wells_tell_the_spread_where_there_are_any():
    """Rep 1 of ca08 at 0.64 and 0.66: within it 2 · 0.01², 1 df, whatever the cultures do. C1 is in no pair."""
    rows = [*BLANKS, *CONTROL, *TREATED, well("C3", 0.64, "ca08"), well("C4", 0.66, "ca08")]
    amounts, problems = quantified(experiment(), *rows)
    assert "one condition, donor and rep" in next(iter(problems)).message
    wells, blank = 0.0002 * (1 + 0.58**2 / 2), 0.01**2 / 3 * 0.42**2
    t = stats.t.ppf(0.975, (wells + blank) ** 2 / (wells**2 / 1 + blank**2 / 2))
    for r in amounts.loc["C1", ["ci_low", "ci_high"]] / 100:
        spread = 0.0002 * (1 + r**2 / 2) + 0.01**2 / 3 * (1 - r) ** 2
        assert (0.58 - r) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)


def test_the_only_pair_has_no_interval_as_only_its_own_spread_is_known():
    amounts, _ = quantified(experiment(), *BLANKS, CONTROL[0], *TREATED)
    assert amounts.loc[["C1", "C2"], ["ci_low", "ci_high"]].isna().all(axis=None)
    assert amounts.limit.tolist() == pytest.approx([3.3 / 0.98] * 3)


def test_no_two_wells_alike_have_no_interval():
    amounts, problems = quantified(experiment(), *BLANKS, CONTROL[0], TREATED[0])  # two wells, two conditions
    assert amounts.value.to_dict() == pytest.approx({"B1": 100.0, "C1": 100 * 0.58 / 0.98})
    assert amounts[["ci_low", "ci_high"]].isna().all(axis=None)
    assert "no two wells are alike" in next(iter(problems)).message


def test_one_control_well_is_100_and_has_no_interval_of_its_own():
    rows = [*BLANKS, CONTROL[0], *TREATED, well("C3", 0.66, "ca20", rep="3")]
    amounts, _ = quantified(experiment(), *rows)
    assert amounts.value["B1"] == 100.0
    assert amounts.loc["B1", ["ci_low", "ci_high"]].isna().all()
    assert amounts.loc["C1", ["ci_low", "ci_high"]].notna().all()


def test_values_are_never_clipped_and_dead_wells_stay():
    """0.02 lies below the blank: −3 percent; 0.07 is 2 percent, below the LOD; 1.45 is 140 percent."""
    odd = [well("D1", 0.02, "ca08"), well("D2", 0.07, "ca08", rep="2"), well("D3", 1.45, "ca08", rep="3")]
    amounts, _ = quantified(experiment(), *BLANKS, *CONTROL, *odd)
    assert amounts.value[["D1", "D2", "D3"]].tolist() == pytest.approx([-3.0, 2.0, 140.0])
    assert amounts.flag[["D1", "D2", "D3"]].tolist() == ["below_lod", "below_lod", ""]


def test_dead_wells_are_floor_in_the_means_with_and_without_a_limit():
    """Without a limit (one blank, no alike wells) the arm has no logarithm, but it does not vanish."""
    dead = well("D1", 0.02, "ca08")
    for blanks, control, log in ((BLANKS, CONTROL, math.log(3.3)), (BLANKS[1:2], CONTROL[:1], math.nan)):
        exp = experiment()
        amounts = quantify_plates(exp, tables.WELLS.frame([*blanks, *control, dead]), Problems()).amounts
        mean = means_from_amounts(exp, amounts, Problems()).set_index("condition").loc["ca08"]
        assert "floor" in mean.flag.split(";")
        assert mean.log_mean == pytest.approx(log, nan_ok=True)


def test_few_or_identical_blanks_leave_the_limit_to_the_wells():
    """Two blanks: 330 · √0.0008 = 9.33 percent; three that read the same say nothing of the scatter either."""
    same = [well(f"A{i}", 0.05) for i in (1, 2, 3)]
    for blanks in ([BLANKS[0], BLANKS[2]], same):
        amounts, _ = quantified(experiment(), *blanks, *CONTROL, *TREATED)
        assert amounts.limit.tolist() == pytest.approx([330 * math.sqrt(0.0008)] * 4)


def test_without_any_scatter_there_is_no_limit():
    """Wells that read the same as printed, blanks too: a limit of 0 percent would be claimed too much."""
    same = [well(f"A{i}", 0.05) for i in (1, 2, 3)]
    alike = [{**r, "value": value} for rows, value in ((CONTROL, 1.05), (TREATED, 0.65)) for r in rows]
    amounts, _ = quantified(experiment(), *same, *alike)
    assert amounts["value"].to_dict() == pytest.approx({"B1": 100.0, "B2": 100.0, "C1": 60.0, "C2": 60.0})
    assert amounts.limit.isna().all()


def test_a_single_blank_scatters_as_the_wells_do():
    """Its variance is that of a well: s²·(1 + r²/2 + (1 − r)²), 1 df without C1."""
    amounts, _ = quantified(experiment(), BLANKS[1], *CONTROL, *TREATED)
    for r in amounts.loc["C1", ["ci_low", "ci_high"]] / 100:
        spread = 0.0008 * (1 + r**2 / 2 + (1 - r) ** 2)
        assert (0.58 - r) ** 2 == pytest.approx(stats.t.ppf(0.975, 1) ** 2 * spread, rel=1e-6)


def test_without_blanks_percent_are_pulled_to_100_and_that_is_told():
    """0.63 / 1.05 = 60 percent instead of 58."""
    masked = {**BLANKS[0], "status": "masked"}
    for blanks in ((), (masked,)):
        amounts, problems = quantified(experiment(), *blanks, *CONTROL, *TREATED)
        assert amounts.value["C1"] == pytest.approx(60.0)
        assert codes(problems, "warning") == ["MG357"]


# LDH ----------------------------------------------------------------------------------------------------------------

LDH = {"method": "ldh", "maximum": "lysed"}
LYSED = [well("E1", 2.03, "lysed"), well("E2", 2.07, "lysed", rep="2")]
SPONTANEOUS = [well("B1", 0.53, "ctrl"), well("B2", 0.57, "ctrl", rep="2")]


def test_ldh_rises_with_death():
    """Lysed 2.05, spontaneous 0.55: 1.50 between them. 1.15 has (2.05 − 1.15) / 1.5 = 60 percent left; no blank needed.

    LOD: 330 · √0.0008 / 1.5, from three pairs of squares 2 · 0.02², 3 df.
    """
    pair = [well("C1", 1.13, "ca20"), well("C2", 1.17, "ca20", rep="2")]
    amounts, problems = quantified(experiment(LDH), *SPONTANEOUS, *LYSED, *pair)
    assert amounts.value["C1"] == pytest.approx(100 * 0.92 / 1.5)
    assert amounts.value[["B1", "E1"]].tolist() == pytest.approx([100 * 1.52 / 1.5, 100 * 0.02 / 1.5])
    assert amounts.limit["C1"] == pytest.approx(330 * math.sqrt(0.0008) / 1.5)
    assert codes(problems) == ["MG356"]
    t = stats.t.ppf(0.975, 2)  # without C1 itself
    for r in amounts.loc["C1", ["ci_low", "ci_high"]] / 100:  # the lysed mean is on both sides, as a blank is
        spread = 0.0008 * (1 + r**2 / 2 + (1 - r) ** 2 / 2)
        assert (0.92 - 1.5 * r) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)


def test_ldh_scatters_with_what_was_released():
    """As above: lysed wells, the brightest, scatter most, and with them the LOD; the control least. q = 0.12 / 0.9."""
    nets = {"lysed": 1.0, "ca20": 0.8, "c3": 0.6, "c4": 0.4, "c5": 0.2, "ctrl": 0.1}
    exp = experiment(LDH, conditions=[*CONDITIONS, *(condition(c, mg=5.0) for c in ("c3", "c4", "c5"))])
    pairs = [
        (c, m * (1 + d), f"{'BCDEFG'[i]}{k}") for i, (c, m) in enumerate(nets.items()) for k, d in ((1, 0.1), (2, -0.1))
    ]
    amounts, _ = quantified(exp, *(well(w, y, c, rep=w) for c, y, w in pairs))
    f = {c: 0.0004 + 0.9996 * m**2 for c, m in nets.items()}
    squares = {c: 2 * (0.1 * m) ** 2 / f[c] for c, m in nets.items()}
    rest, t = sum(squares[c] for c in nets if c != "ca20") / 5, stats.t.ppf(0.975, 5)
    for r in amounts.loc["C1", ["ci_low", "ci_high"]] / 100:
        spread = rest * (f["ca20"] + (1 - r) ** 2 * f["lysed"] / 2 + r**2 * f["ctrl"] / 2)
        assert (0.12 - 0.9 * r) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)
    assert amounts.limit["C1"] == pytest.approx(330 * math.sqrt(sum(squares.values()) / 6) / 0.9)


def test_blanks_say_nothing_of_ldh():
    """They cancel between lysed and spontaneous, and with them their spread."""
    rows = [*SPONTANEOUS, *LYSED, well("C1", 1.13, "ca20"), well("C2", 1.17, "ca20", rep="2")]
    with_blanks, problems = quantified(experiment(LDH), *BLANKS, *rows)
    assert with_blanks.equals(quantified(experiment(LDH), *rows)[0])
    assert codes(problems) == ["MG356"]


def test_the_interval_of_a_lysed_well_knows_that_it_is_in_the_lysed_mean():
    """An error of r is dy − r dc − (1 − r) dz with y one of the two wells of z: 1 + r²/2 + (1 − r)²/2 − 2(1 − r)/2."""
    amounts, _ = quantified(experiment(LDH), *SPONTANEOUS, *LYSED)
    t = stats.t.ppf(0.975, 1)
    for r in amounts.loc["E1", ["ci_low", "ci_high"]] / 100:
        spread = 0.0008 * (1 + r**2 / 2 + (1 - r) ** 2 / 2 - (1 - r))
        assert (0.02 - 1.5 * r) ** 2 == pytest.approx(t**2 * spread, rel=1e-6)


def test_ldh_without_a_maximum_is_an_error():
    amounts, problems = quantified(experiment({"method": "ldh"}), *SPONTANEOUS, *TREATED)
    assert amounts.empty
    assert [(p.code, p.severity, p.place) for p in problems] == [("MG360", "error", "assays.viability.maximum")]


def test_lysed_wells_take_no_part_where_the_method_is_not_ldh():
    amounts, problems = quantified(experiment({"maximum": "lysed"}), *BLANKS, *CONTROL, *TREATED)
    assert amounts.value["C1"] == pytest.approx(58.0)
    told = [(p.code, p.severity, p.place) for p in problems if p.code == "MG394"]
    assert told == [("MG394", "warning", "assays.viability.maximum")]


def test_ldh_of_a_donor_without_lysed_wells_is_an_error():
    other = [well("F1", 0.5, "ctrl", "D2"), well("F2", 0.9, "ca20", "D2")]
    amounts, problems = quantified(experiment(LDH), *SPONTANEOUS, *LYSED, *other)
    assert set(amounts.donor) == {"D1"}
    (lacking,) = [p for p in problems if p.severity == "error"]
    assert (lacking.code, lacking.place, lacking.seen) == ("MG354", "F1–F2", "“lysed”")
    assert "D2" in lacking.message


def test_a_saturated_ldh_well_is_dead_and_counts_as_at_most_the_limit():
    """It released more than every lysed well, so it is below 0 percent and thus below the LOD."""
    beyond = well("C1", None, "ca20", status="above")
    exp = experiment(LDH)
    amounts, problems = quantified(exp, *SPONTANEOUS, *LYSED, beyond)
    lod = 330 * math.sqrt(0.0008) / 1.5
    assert math.isnan(amounts.value["C1"])
    assert (amounts.flag["C1"], amounts.limit["C1"]) == ("below_lod;saturated", pytest.approx(lod))
    told = next(p for p in problems if p.code == "MG361")
    assert (told.severity, told.place, told.seen) == ("warning", "C1", "1")
    assert "0 at least as alive" in told.message
    mean = means_from_amounts(exp, amounts.reset_index(), Problems()).set_index("condition").loc["ca20"]
    assert mean.log_mean == pytest.approx(math.log(lod))
    assert "floor" in mean.flag.split(";")


def test_a_saturated_lysed_well_takes_the_scale_away():
    beyond = well("E3", None, "lysed", rep="3", status="above")
    amounts, problems = quantified(experiment(LDH), *SPONTANEOUS, *LYSED, beyond, *TREATED)
    assert amounts.empty
    assert codes(problems, "error") == ["MG358"]


# Two wavelengths ----------------------------------------------------------------------------------------------------


def at_690(row, value, **more):
    return {**row, "value": value, "channel": "A690", "wavelength_nm": 690.0, **more}


def test_the_reference_wavelength_is_subtracted():
    """0.10 more in well C1 at both wavelengths (a scratch) changes nothing: 58 percent; B2's 690 was not read."""
    base = [*BLANKS, *CONTROL, well("B3", 1.05, "ctrl", rep="3"), {**TREATED[0], "value": 0.73}, TREATED[1]]
    light = {"C1": 0.15, "B2": None}
    rows = [*base, *(at_690(r, light.get(r["well"], 0.05)) for r in base)]
    rows = [{**r, "status": "missing"} if r["value"] is None else r for r in rows]
    amounts, problems = quantified(experiment(wavelength_nm="570;690"), *rows)
    # blanks 0.00, control (0.98 + 1.00) / 2 = 0.99
    assert amounts.value.to_dict() == pytest.approx(
        {"B1": 98 / 0.99, "B3": 100 / 0.99, "C1": 58 / 0.99, "C2": 62 / 0.99}
    )
    assert [(p.code, p.place) for p in problems if p.severity == "error"] == [("MG312", "B2")]


def test_two_wavelengths_of_one_plate_have_to_be_chosen_from():
    rows = [*BLANKS, *CONTROL, *TREATED]
    amounts, problems = quantified(experiment(), *rows, *(at_690(r, 0.05) for r in rows))
    assert amounts.empty
    assert codes(problems) == ["MG317"]
    amounts, _ = quantified(experiment({"wavelength_nm": 570}), *rows, *(at_690(r, 0.05) for r in rows))
    assert amounts.value["C1"] == pytest.approx(58.0)


def test_a_pair_of_which_one_was_not_read_gives_nothing_and_says_so():
    amounts, problems = quantified(experiment(wavelength_nm="570;690"), *BLANKS, *CONTROL, *TREATED)
    assert amounts.empty
    assert "MG312" in codes(problems, "error")


# Saturation ---------------------------------------------------------------------------------------------------------


def test_a_saturated_well_is_at_least_as_alive_as_the_brightest_that_was_read():
    """The brightest is 1.07, 102 percent; with a reference of 0.25 instead of 0.05 it is 0.20 less: 82 percent."""
    beyond = well("D1", None, "ca08", status="above")
    amounts, problems = quantified(experiment(), *BLANKS, *CONTROL, beyond)
    assert math.isnan(amounts.value["D1"])
    assert (amounts.flag["D1"], amounts.limit["D1"]) == ("above_curve;saturated", pytest.approx(102.0))
    assert codes(problems, "warning") == ["MG361"]
    rows = [*BLANKS, *CONTROL, beyond]
    lights = [at_690(r, 0.25 if r["well"] == "D1" else 0.05, status="ok") for r in rows]
    amounts, _ = quantified(experiment(wavelength_nm="570;690"), *rows, *lights)
    assert amounts.limit["D1"] == pytest.approx(82.0)


def test_a_well_too_dark_to_read_is_at_most_as_alive_as_the_darkest():
    """Below the darkest blank, 0.04: at most −1 percent, so at most the LOD, 3.3."""
    amounts, _ = quantified(experiment(), *BLANKS, *CONTROL, well("D1", None, "ca08", status="below"))
    assert (amounts.flag["D1"], amounts.limit["D1"]) == ("below_lod", pytest.approx(3.3))
    amounts, _ = quantified(experiment(), *CONTROL, TREATED[0], well("D1", None, "ca08", status="below"))
    assert amounts.limit["D1"] == pytest.approx(60.0)  # without blanks the darkest is 0.63 of 1.05


def test_saturated_controls_take_the_percentages_of_their_donor_away():
    beyond = well("B3", None, "ctrl", rep="3", status="above")
    other = [well("F1", 1.05, "ctrl", "D2"), well("F2", 0.55, "ca20", "D2")]
    amounts, problems = quantified(experiment(), *BLANKS, *CONTROL, beyond, *TREATED, *other)
    assert amounts.value.to_dict() == pytest.approx({"F1": 100.0, "F2": 50.0})
    (error,) = [p for p in problems if p.severity == "error"]
    assert (error.code, error.seen) == ("MG358", "“ctrl”")


def test_saturated_blanks_take_the_plate_away():
    amounts, problems = quantified(experiment(), *BLANKS, well("A4", None, status="above"), *CONTROL, *TREATED)
    assert amounts.empty
    assert [(p.code, p.seen) for p in problems] == [("MG358", "blank wells")]


# Control ------------------------------------------------------------------------------------------------------------


def test_a_declared_control_wins_and_an_unknown_one_is_named():
    amounts, problems = quantified(experiment({"control": "ca20"}), *BLANKS, *CONTROL, *TREATED)
    assert amounts.value["B1"] == pytest.approx(100 * 0.98 / 0.60)
    assert next(iter(problems)).seen == "ca20"
    for viability, key in (({"control": "ctrll"}, "control"), ({**LDH, "maximum": "ctrll"}, "maximum")):
        amounts, problems = quantified(experiment(viability), *BLANKS, *CONTROL, *TREATED)
        assert amounts.empty
        (error,) = problems
        assert (error.code, error.place, error.seen) == ("MG353", f"assays.viability.{key}", "ctrll")
        assert "Did you mean “ctrl”?" in error.message


def test_donors_are_compared_with_their_own_control():
    """D2 has half the signal, and the same 58 / 98 of its only control well."""
    other = [well("F1", 0.05 + 0.49, "ctrl", "D2"), well("F2", 0.05 + 0.29, "ca20", "D2")]
    amounts, _ = quantified(experiment(), *BLANKS, *CONTROL, *TREATED, *other)
    assert amounts.value[["F1", "F2"]].tolist() == pytest.approx([100.0, 100 * 0.29 / 0.49])


def test_a_donor_without_control_is_an_error_and_an_acellular_run_is_not():
    other = [well("F1", 0.7, "ca20", "D2"), well("F2", None, "ctrl", "D2", status="missing")]
    run = well("G1", 0.05, "acell", "run1")
    beside = well("G2", 0.06, "acell", "D1")
    amounts, problems = quantified(experiment(), *BLANKS, *CONTROL, *TREATED, *other, run, beside)
    assert list(amounts.index) == ["B1", "B2", "C1", "C2", "G2"]
    found = {p.code: p for p in problems}
    assert set(found) == {"MG312", "MG354", "MG356"}
    assert (found["MG354"].place, found["MG354"].seen) == ("F1", "“ctrl”")
    assert "no value: 1." in found["MG356"].message


def test_no_untreated_condition_at_all_is_an_error():
    amounts, problems = quantified(experiment(), *BLANKS, *TREATED)
    assert amounts.empty
    assert [(p.code, p.place) for p in problems] == [("MG354", "C1–C2")]
    assert "living cells with nothing added" in next(iter(problems)).seen


@pytest.mark.parametrize("control", [(0.05, 0.05), (0.07, 0.09), (0.01, 0.02)])
def test_a_control_no_brighter_than_the_blank_is_an_error(control):
    """3.3 · 0.01 above the blank is the least; the middle one is 0.030 above it."""
    rows = [well(f"B{i}", y, "ctrl", rep=str(i)) for i, y in enumerate(control)]
    amounts, problems = quantified(experiment(), *BLANKS, *rows, *TREATED)
    assert amounts.empty
    assert codes(problems) == ["MG359"]


def test_unlike_dilutions_are_an_error():
    rows = [{**w, "dilution": 10.0 if w["condition"] == "lysed" else 1.0} for w in (*SPONTANEOUS, *LYSED, *TREATED)]
    amounts, problems = quantified(experiment(LDH), *rows)
    assert amounts.empty
    assert [(p.code, p.seen) for p in problems] == [("MG362", "1, 10")]


# Bad input ----------------------------------------------------------------------------------------------------------


def test_a_lost_decimal_point_is_an_error_where_there_is_light_absorbed():
    rows = [*BLANKS, *CONTROL, {**TREATED[0], "value": 630.0}]
    for method, found in (("mtt", ["MG328"]), ("resazurin", [])):
        _, problems = quantified(experiment({"method": method}), *rows)
        assert codes(problems, "error") == found


@pytest.mark.parametrize("value", [None, 0.0, -0.05])
def test_plates_without_a_signal_give_no_number(value):
    status = "missing" if value is None else "ok"
    rows = [{**w, "value": value, "status": status} for w in (*BLANKS, *CONTROL, *TREATED)]
    amounts, problems = quantified(experiment(), *rows)
    assert amounts.empty
    assert codes(problems, "error")


def test_a_plate_that_is_saturated_everywhere_gives_no_number():
    rows = [{**w, "value": None, "status": "above"} for w in (*CONTROL, *TREATED)]
    amounts, problems = quantified(experiment(), *BLANKS, *rows)
    assert amounts.empty
    assert codes(problems, "error") == ["MG358"]


def test_only_blanks_or_nothing_give_nothing():
    for rows in (BLANKS, []):
        amounts, problems = quantified(experiment(), *rows)
        assert amounts.empty
        assert not codes(problems, "error")


def test_settings_of_another_assay_are_our_bug(bench):
    with pytest.raises(TypeError, match="no viability"):
        quantify_viability(bench.plate(bench.experiment(files=[bench.CA])), Problems())


# Placement ----------------------------------------------------------------------------------------------------------


def turned_plate(**raw):
    """A plate of 12 conditions in triplicate, here and there, read after it was turned by 180°."""
    names = [f"c{i}" for i in range(12)]
    media = ["control", *["calcifying"] * 11]
    conditions = [condition(n, m, 0.8 + max(0, i - 1)) for i, (n, m) in enumerate(zip(names, media, strict=True))]
    every = [f"{r}{c}" for r in "ABCDEFGH" for c in range(1, 13)]
    rng = np.random.default_rng(3)
    held = {w: names[i % 12] for i, w in enumerate(rng.permutation(every)[:36])}
    layout = tables.LAYOUT.frame(
        [{"well": w, "role": "sample", "condition": n, "donor": "D1", "rep": w} for w, n in held.items()]
    )
    truth = {w: 0.1 + 0.1 * names.index(held[w]) if w in held else 0.05 for w in every}
    read = {w: truth[o] + 0.005 * rng.standard_normal() for w, o in zip(every, reversed(every), strict=True)}
    rows = [well(w, y, held.get(w, ""), rep=w, role="sample" if w in held else "empty") for w, y in read.items()]
    return experiment(conditions=conditions, layouts={"own": layout}, layout="own", **raw), rows


def test_a_plate_put_in_the_other_way_round_is_not_quantified_unless_confirmed():
    exp, rows = turned_plate()
    amounts, problems = quantified(exp, *rows)
    assert amounts.empty
    assert codes(problems) == ["MG326"]
    exp, rows = turned_plate(confirm=("MG326",))
    _, problems = quantified(exp, *rows)
    assert "MG326" in codes(problems)
    assert "MG357" in codes(problems)  # it went on, and the plate has no blanks


def test_cells_that_nothing_harms_are_no_sign_of_a_wrong_layout():
    exp, rows = turned_plate()
    rng = np.random.default_rng(4)
    alive = [{**r, "value": 1.0 + 0.03 * rng.standard_normal() if r["role"] == "sample" else 0.05} for r in rows]
    amounts, problems = quantified(exp, *alive)
    assert len(amounts) == 36
    assert codes(problems) == ["MG357", "MG356"]


# Truth --------------------------------------------------------------------------------------------------------------


def simulated(rng, n_plates, *, blank_sd=0.01, well_sd=0.03, cv=0.0, technical=False):
    """By arm, the share of wells whose interval holds their true percentage; plates of 3 blanks, control and four arms.

    A well scatters by `well_sd` and, in proportion to its cells, by `cv`. The truth of a well is its own expected
    signal against that of the control wells of the plate.
    """
    levels = {"ctrl": 1.0, "ca08": 0.95, "ca20": 0.6, "acell": 0.1}
    exp, problems, held = experiment(), Problems(), {c: [] for c in levels}
    raw = exp.files[0]
    for _ in range(n_plates):
        rows, truth = [well(f"A{i}", 0.05 + blank_sd * rng.standard_normal()) for i in range(1, 4)], {}
        own = {(c, r): m * (1 + 0.05 * rng.standard_normal() * technical) for c, m in levels.items() for r in "123"}
        whole = np.mean([own["ctrl", r] for r in "123"])
        for i, ((c, r), m) in enumerate(own.items()):
            for k in range(2 if technical else 1):
                name = f"{'BCDEFGH'[i // 2]}{2 * (i % 2) + k + 1}"
                read = 0.05 + m * (1 + cv * rng.standard_normal()) + well_sd * rng.standard_normal()
                rows.append(well(name, read, c, rep=r))
                truth[name] = 100 * m / whole
        plate = Plate(exp, raw, exp.assay_settings(raw), tables.WELLS.frame(rows))
        found = quantify_viability(plate, problems).measured
        true = found.well.map(truth)
        for c, inside in zip(found.condition, (found.ci_low <= true) & (true <= found.ci_high), strict=True):
            held[c].append(inside)
    return {c: float(np.mean(inside)) for c, inside in held.items()}


@pytest.mark.parametrize("noise", [{}, {"technical": True}, {"blank_sd": 0.005, "well_sd": 0.005, "cv": 0.05}])
def test_the_interval_covers_the_truth(noise):
    """95 % nominal; 80 plates of 12 or 24 wells, so that the mean over all is known within ± .02, an arm's ± .05."""
    held = simulated(np.random.default_rng(11), 80, **noise)
    assert 0.92 < np.mean(list(held.values())) < 0.98
    assert min(held.values()) > 0.87


# To the grade -------------------------------------------------------------------------------------------------------

SIRNA = [
    condition(f"{arm}_{level}", mg=mg, sirna=sirna)
    for arm, sirna in (("scr", "scramble"), ("si", "TRPM7"))
    for level, mg in (("08", 0.8), ("20", 2.0))
]


def verdict_of(level, dead=False):
    """The verdict where `si_20` lives at `level` of the control, three donors with their own plates' brightness."""
    rng = np.random.default_rng(2)
    rows = list(BLANKS)
    for d, bright in enumerate((0.8, 1.0, 1.3)):
        for i, arm in enumerate(c["condition"] for c in SIRNA):
            share = level if arm == "si_20" else 1.0
            for k in range(3):
                y = 0.05 + bright * share * (1 + 0.02 * rng.standard_normal())
                y = 0.05 - 0.001 * k if dead and arm == "si_20" else y
                rows.append(well(f"{'BCD'[d]}{1 + 3 * i + k}", y, arm, f"D{d}", str(k)))
    exp = experiment(conditions=SIRNA)
    amounts = quantify_plates(exp, tables.WELLS.frame(rows), Problems()).amounts
    calcium = {"scr_08": 100.0, "scr_20": 30.0, "si_08": 100.0, "si_20": 80.0}
    mineral = [
        {"experiment": "exp", "assay": "calcium", "readout": "calcium", "plate": "c", "well": "A1", "condition": c,
         "donor": f"D{d}", "rep": "1", "value": v * f, "unit": "ug/mg"}
        for c, v in calcium.items() for d, f in enumerate((0.9, 1.0, 1.15))
    ]  # fmt: skip
    every = tables.AMOUNTS.frame([*amounts.to_dict("records"), *mineral])
    return amounts, conclusions_from_amounts(exp, every, Problems())[1]


@pytest.mark.parametrize(("level", "changed"), [(0.6, True), (0.95, False)])
def test_an_arm_at_60_percent_changes_the_grade_and_one_at_95_does_not(level, changed):
    amounts, verdict = verdict_of(level)
    assert amounts[amounts.condition == "si_20"].value.mean() == pytest.approx(100 * level, rel=0.03)
    rules = {r["rule"]: r["fired"] for r in verdict["rules"]}
    assert rules["viability_changed"] is changed
    assert (verdict["grade"] == "X") is changed


def test_a_dead_arm_does_not_vanish_from_the_grade():
    amounts, verdict = verdict_of(1.0, dead=True)
    assert (amounts[amounts.condition == "si_20"].value <= 0.2).all()
    assert {r["rule"]: r["fired"] for r in verdict["rules"]}["viability_changed"] is True
