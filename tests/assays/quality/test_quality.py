"""How a plate behaved, by hand on the plates of conftest.py (OD = 0.05 + 0.01 per ug/mL, 4e-2 ug per ug/mL)."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.plates import plates
from mgassay.assays.plates.measured import WELL_AMOUNTS
from mgassay.assays.plates.plate import Outcome
from mgassay.assays.quality import position, quality
from mgassay.problems import Problems


def calcium_only(bench, **more):
    return bench.experiment(files=[bench.CA], **more)


def measured(bench, *rows, exp=None):
    results, problems = bench.quantify(exp or calcium_only(bench), *bench.CALCIUM, *rows)
    tables.PLATE_QUALITY.check(results.quality)
    return results.quality, problems


def row(found, measure, subject=None):
    held = found[(found.measure == measure) & ((found.subject == subject) | (subject is None))]
    assert len(held) == 1
    return held.iloc[0]


def frame(rows):
    """WELL_AMOUNTS of samples without limits, from (well, condition, donor, rep, value)."""
    made = pd.DataFrame(rows, columns=["well", "condition", "donor", "rep", "value"])
    blank = {c: np.nan for c in WELL_AMOUNTS if c not in made.columns}
    return made.assign(**{**blank, "plate": "calcium_D1", "role": "sample", "above": False, "flag": ""})


def rows_of(bench, rows, exp=None):
    problems = Problems()
    outcome = Outcome(measured=frame(rows))
    wells = [bench.ca(w, 0.4, condition=c, donor=d, rep=r) for w, c, d, r, _ in rows]
    made = quality.plate_quality(bench.plate(exp or calcium_only(bench), *wells), outcome, problems)
    return tables.PLATE_QUALITY.frame(made), problems


# CV -----------------------------------------------------------------------------------------------------------------


def test_technical_and_culture_cv_by_hand(bench):
    """15.6 and 16.4 lie 2.5 % from their mean: CV = sqrt(2 * 0.025^2 / 1); chi2(1) at 2.5 % is 0.00098207, at 97.5 %
    5.0238862. Reps of 16 and 20 lie 1/9 from theirs."""
    found, problems = measured(bench, bench.ca("C1", 0.44), bench.ca("C2", 0.46), bench.ca("C3", 0.55, rep="2"))
    cv = np.sqrt(2 * 0.025**2)
    technical = row(found, "replicate_cv", "technical")
    assert technical.estimate == pytest.approx(100 * cv, rel=1e-6)
    assert technical.ci_low == pytest.approx(100 * cv / np.sqrt(5.0238862), rel=1e-6)
    assert technical.ci_high == pytest.approx(100 * cv / np.sqrt(0.00098207), rel=1e-4)
    assert (technical.unit, technical.n, technical.assay, technical["plate"]) == (
        "percent", 2, "calcium", "calcium_D1")  # fmt: skip
    culture = row(found, "replicate_cv", "culture")
    assert culture.estimate == pytest.approx(100 * np.sqrt(2 / 81), rel=1e-6)
    assert (culture.n, bench.codes(problems)) == (2, ["MG320"])  # there is no protein plate


def test_cv_of_standards_is_that_of_what_they_read_back(bench):
    """Two wells of each level lie 0.1 ug/mL to each side of it; LOQ is 10 s / slope = 1.1 ug/mL, so all count."""
    found, _ = measured(bench)
    levels = np.array([10, 20, 40, 80, 160])
    assert row(found, "replicate_cv", "standards").estimate == pytest.approx(
        100 * np.sqrt(2 * np.sum((0.1 / levels) ** 2) / 5), rel=1e-6
    )
    assert {"replicate_cv", "z_prime", "blank_signal", "slope", "lod"} <= set(found.measure)
    assert not {"edge_effect", "row_effect", "column_effect"} & set(found.measure)  # there are no samples


def test_wells_that_do_not_differ_have_a_cv_of_zero_and_no_interval(bench):
    found, _ = rows_of(bench, [("C1", "ca08", "D1", "1", 4.0), ("C2", "ca08", "D1", "1", 4.0)])
    technical = row(found, "replicate_cv", "technical")
    assert technical.estimate == 0
    assert np.isnan(technical.ci_low)


def test_the_interval_of_a_cv_covers(bench):
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(400):
        values = pd.DataFrame({"k": np.repeat(np.arange(10), 2), "value": 5 * (1 + rng.normal(0, 0.1, 20)), "flag": ""})
        found = quality.pooled_cv(quality.like_wells(values, ["k"]))
        held += found.ci_low <= 0.1 <= found.ci_high
    assert 0.92 <= held / 400 <= 0.98


def test_wide_technical_scatter_warns_from_four_degrees_of_freedom_on(bench):
    def wide(n):
        return [(f"{r}{k}", "ca08", "D1", str(k), v) for k in range(1, n + 1) for r, v in (("C", 8.0), ("D", 12.0))]

    _, problems = rows_of(bench, wide(4))
    (told,) = problems
    assert (told.code, told.severity, told.seen, told.file) == ("MG380", "warning", "28.3 %", "raw/calcium_D1.txt")
    assert "ICH M10" in told.message
    assert bench.codes(rows_of(bench, wide(3))[1]) == []


# Z′ -----------------------------------------------------------------------------------------------------------------


def test_z_prime_of_standards_by_hand(bench):
    """Tops 1.65 +- 0.001 and their mean, blanks 0.05 likewise: SDs 1 mOD, 1.6 apart."""
    rows = [bench.well(bench.CA, "E1", 1.65, "standard", standard=160), bench.well(bench.CA, "E2", 0.05, "blank")]
    found, _ = measured(bench, *rows)
    made = row(found, "z_prime", "top standard / blank")
    assert made.estimate == pytest.approx(1 - 3 * 0.002 / 1.6)
    assert made.ci_low < made.estimate < made.ci_high < 1
    assert made.n == 6


def test_z_prime_of_too_few_or_saturated_standards_is_empty_and_says_why(bench):
    found, _ = measured(bench)
    made = row(found, "z_prime", "top standard / blank")
    assert (made.flag, made.n) == ("few_wells", 4)
    assert np.isnan(made.estimate)
    over = bench.well(bench.CA, "E1", None, "standard", standard=160, status="above")
    found, _ = measured(bench, over, bench.well(bench.CA, "E2", 1.65, "standard", standard=160))
    assert row(found, "z_prime", "top standard / blank").flag == "saturated"  # the higher half is lost


def with_control(bench, **more):
    exp = calcium_only(bench, **more)
    control = {"condition": "co08", "medium": "control", "mg_mM": 0.8, "cells": "live"}
    rows = [*exp.conditions.to_dict("records"), control]
    return dataclasses.replace(exp, conditions=tables.CONDITIONS.frame(rows))


MEDIA = [("ca08", 9.0), ("ca08", 10.0), ("ca08", 11.0), ("co08", 1.5), ("co08", 2.0), ("co08", 2.5)]


def media(values=MEDIA, donor="D1"):
    return [(f"{'CDE'[i % 3]}{1 + i // 3}", c, donor, str(i % 3), v) for i, (c, v) in enumerate(values)]


def test_z_prime_of_media_by_hand_and_a_notice_where_it_is_low(bench):
    """Means 10 and 2, SDs 1 and 0.5: 1 - 3 * 1.5 / 8 = 0.4375."""
    found, _ = rows_of(bench, media(), with_control(bench))
    made = row(found, "z_prime", "calcifying / control medium")
    assert made.estimate == pytest.approx(0.4375)
    problems = Problems()
    quality.tell_z_prime(found.to_dict("records"), problems)
    (told,) = problems
    assert (told.code, told.severity) == ("MG382", "notice")
    assert told.seen == "calcium_D1 0.44 (calcifying / control medium)"
    assert told.message.startswith("Z′ is below 0.5 on: calcium_D1 0.44")
    quality.tell_z_prime(found.assign(estimate=0.5).to_dict("records"), none := Problems())
    assert not len(none)


def test_two_assay_wells_of_a_rep_are_one_culture_well(bench):
    twice = [*media(), *((w.replace("C", "F").replace("D", "G").replace("E", "H"), *rest) for w, *rest in media())]
    found, _ = rows_of(bench, twice, with_control(bench))
    made = row(found, "z_prime", "calcifying / control medium")
    assert (made.n, made.estimate) == (6, pytest.approx(0.4375))


def test_media_without_a_value_or_of_other_donors_have_no_z_prime(bench):
    exp = with_control(bench)
    above = media([*MEDIA[:2], ("ca08", np.nan), *MEDIA[3:]])
    assert row(rows_of(bench, above, exp)[0], "z_prime").flag == "above_curve"
    apart = [*media(MEDIA[:3]), *media(MEDIA[3:], donor="D2")]
    assert "z_prime" not in set(rows_of(bench, apart, exp)[0].measure)
    assert "z_prime" not in set(rows_of(bench, media(MEDIA[:3]), exp)[0].measure)


# Position -----------------------------------------------------------------------------------------------------------


def edged(shift, n=8):
    """Pairs of one condition each, outer row A against row C."""
    return [
        (f"{r}{k}", f"c{k}", "D1", rep, v)
        for k in range(2, n + 2)
        for r, rep, v in (("A", "1", 100 * (1 + shift)), ("D", "2", 100 * (1 - shift)))
    ]


def test_an_edge_that_is_not_chance_warns_and_says_what_it_does(bench):
    rows = edged(0.05, 12)  # 10 % apart in all of twelve pairs
    plate = [*rows, ("H12", "x", "D1", "1", 100.0)]
    found, problems = rows_of(bench, plate)
    edge = row(found, "edge_effect", "culture")
    assert (edge.estimate, edge.unit, edge.n) == (pytest.approx(10), "percent", 24)
    assert edge.p < 0.002
    (told,) = problems
    assert (told.code, told.severity) == ("MG381", "warning")
    assert told.seen.startswith("outer wells against inner ones: +10 %, p = 0.00")
    assert "rows: SD 7.1 %" in told.seen
    assert "does not move their means apart at all" in told.message  # every condition is half at the rim
    assert row(found, "column_effect").flag == "confounded"


def test_a_condition_that_stands_at_the_edge_is_said_to_be_moved(bench):
    """Two wells of c2 more, both at the rim: c2 stands there with three wells of four, the others with half of theirs.

    The edge's 10 % of a smaller mean moves that of c2 by nearly 10 % · (3/4 − 1/2) = 2.5 %.
    """
    rows = [*edged(0.05, 12), ("H2", "c2", "D1", "3", 105.0), ("H3", "c2", "D1", "4", 105.0)]
    _, problems = rows_of(bench, [*rows, ("H12", "x", "D1", "1", 100.0)])
    (told,) = [p for p in problems if p.code == "MG381"]
    (bias,) = re.findall(r"moves the means of two of them up to ([0-9.]+) % apart, which passes for", told.message)
    assert float(bias) == pytest.approx(2.5, rel=0.1)
    assert "not move" not in told.message


def test_small_effects_are_in_the_table_and_do_not_warn(bench):
    found, problems = rows_of(bench, [*edged(0.02, 12), ("H12", "x", "D1", "1", 100.0)])
    assert row(found, "edge_effect").p < 0.002
    assert bench.codes(problems) == []


SLOW = pytest.mark.slow  # the same check at other scatter


@pytest.mark.parametrize("cv", [0.15, pytest.param(0.05, marks=SLOW), pytest.param(0.3, marks=SLOW)])
@pytest.mark.parametrize("is_shuffled", [True, False])
def test_clean_plates_are_hardly_ever_warned_of(bench, cv, is_shuffled, monkeypatch):
    """504 plates over all cases, 16 conditions in triplicate; 11 or more warned of would be over 2 %."""
    monkeypatch.setattr(position, "PERMUTATIONS", 999)  # how often chance warns does not depend on their number
    rng = np.random.default_rng(int(cv * 100) + is_shuffled)
    spots = np.array([f"{r}{c}" for r in "ABCDEFGH" for c in range(3, 9)])
    warned = 0
    for _ in range(84):
        placed = rng.permutation(spots) if is_shuffled else spots
        value = np.repeat(np.exp(rng.normal(2, 1, 16)), 3) * np.exp(rng.normal(0, cv, 48))
        rows = [(w, f"c{i // 3}", "D1", str(i % 3), value[i]) for i, w in enumerate(placed)]
        warned += bool(rows_of(bench, rows)[1].count("warning"))
    assert warned <= 2


# Signals ------------------------------------------------------------------------------------------------------------


def test_blank_slope_and_lod_by_hand(bench):
    """Blanks 0.051 and 0.049: mean 0.05, SE 1 mOD, t(1) = 12.7062; the line's slope is 0.01 from end to end."""
    exp = calcium_only(bench, calcium={"curve": "linear", "weighting": "none"})
    found, _ = measured(bench, exp=exp)
    blank = row(found, "blank_signal", "575 nm, standards to 160 ug/mL")
    assert (blank.estimate, blank.unit, blank.n) == (pytest.approx(0.05), "OD", 2)
    assert blank.ci_high == pytest.approx(0.05 + 12.7062 * 0.001, rel=1e-4)
    slope = row(found, "slope", "575 nm, standards to 160 ug/mL")
    assert (slope.estimate, slope.unit, slope.n) == (pytest.approx(0.01), "OD per ug/mL", 12)
    x = np.repeat([0, 10, 20, 40, 80, 160], 2)
    se = np.sqrt(12e-6 / 10 / np.sum((x - x.mean()) ** 2))  # of the slope of a straight line
    assert slope.ci_high - slope.estimate == pytest.approx(2.228139 * se, rel=1e-5)
    lod = row(found, "lod")
    assert (lod.estimate, lod.unit) == (pytest.approx(3.3 * np.sqrt(1.2e-6) / 0.01), "ug/mL")
    assert np.isnan(lod.ci_low)


def test_the_slope_of_a_bent_curve_is_its_mean_slope(bench):
    def bent(x):
        return 0.05 + 0.01 * x - 2e-5 * x**2

    rows = [{**r, "value": bent(r["standard"]) + (0.001 if r["well"][0] == "A" else -0.001)} for r in bench.CALCIUM]
    results, _ = bench.quantify(calcium_only(bench, calcium={"curve": "quadratic"}), *rows)
    assert row(results.quality, "slope").estimate == pytest.approx(0.01 - 2e-5 * 160, rel=1e-6)


def test_what_plates_must_share_to_be_compared(bench):
    exp = calcium_only(bench, calcium={"kit": None, "wavelength_nm": 575.0})
    bare = [{**r, "wavelength_nm": None, "channel": "Raw"} for r in bench.CALCIUM]
    results, _ = bench.quantify(exp, *bare)
    assert set(row(results.quality, "slope")[["subject"]]) == {"575 nm, standards to 160 ug/mL"}
    results, _ = bench.quantify(calcium_only(bench), *bare)
    assert row(results.quality, "slope").subject == "Raw, standards to 160 ug/mL"
    counted = [{**r, "value": r["value"] * 1e4} for r in bench.CALCIUM]
    results, _ = bench.quantify(calcium_only(bench), *counted)
    assert row(results.quality, "slope").unit == "signal per ug/mL"


@pytest.mark.parametrize(("highest", "unit"), [(10.0, "OD"), (10.1, "signal")])
def test_an_od_ends_at_10(highest, unit):
    """Above 10, one part of the light in 10^10, nothing is an optical density; a saturated well is not asked."""
    assert quality.signal_unit(pd.DataFrame({"value": [0.1, highest, 99.0], "status": ["ok", "ok", "above"]})) == unit


# Bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"value": None, "status": "above"}, {"value": None, "status": "missing"},
                                    {"value": 0.0}, {"value": -0.2}, {"role": "sample", "condition": ""}])  # fmt: skip
def test_wells_that_cannot_be_used_break_nothing(bench, change):
    samples = [bench.ca(f"{r}{c}", 0.45, rep=f"{c}") for r in "CD" for c in range(1, 5)]
    found, _ = measured(bench, *({**s, **change} for s in samples))
    assert set(found.measure) >= {"blank_signal", "slope", "lod"}
    assert not found.estimate.isin([np.inf, -np.inf]).any()
    assert "edge_effect" not in set(found.measure)


def test_a_plate_that_is_not_quantified_has_no_rows(bench):
    results, problems = bench.quantify(calcium_only(bench), bench.ca("C1", 0.45))
    assert results.quality.empty
    assert problems.count("error")
    made, _ = rows_of(bench, [])
    assert made.empty


def test_courses_without_a_curve_have_no_blank(bench):
    wells = [bench.well(bench.CA, "A1", 0.05, "blank", read_index=i) for i in (0, 1)]
    wells += [bench.ca("C1", 0.4, read_index=i) for i in (0, 1)]
    made = quality.plate_quality(
        bench.plate(calcium_only(bench), *wells), Outcome(measured=frame([("C1", "ca08", "D1", "1", 4.0)])), Problems()
    )
    assert made == []


def test_every_plate_has_its_rows_in_the_order_of_files(bench):
    results, _ = bench.quantify(bench.experiment(), *bench.CALCIUM, *bench.PROTEIN)
    assert list(dict.fromkeys(results.quality["plate"])) == ["calcium_D1", "protein_D1"]
    assert plates.quantify_plates(bench.experiment(), tables.WELLS.frame(), Problems()).quality.empty
