"""Free Mg2+ by a probe.

The dye of these tests is a model of its own, from which the signals are computed: a share θ = Mg / (Mg + kd) of it is
bound; at 340 nm free dye gives 1000 and bound dye 3000, at 380 nm 2000 and 500. So r_min = 1000/2000 = 0.5, r_max =
3000/500 = 6, beta = 2000/500 = 4. At Mg = kd: θ = 0.5, R = 2000/1250 = 1.6, and kd · 4 · 1.1 / 4.4 = kd.
"""

import math

import numpy as np
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.amounts import tables_from_wells
from mgassay.assays.cells.magnesium import quantify_magnesium
from mgassay.assays.plates.plate import Plate
from mgassay.assays.plates.plates import quantify_plates
from mgassay.effects.conclusions import conclusions_from_amounts
from mgassay.effects.means.means import means_from_amounts
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems

KD = 1.5
PROBE = {"kd_mM": KD, "r_min": 0.5, "r_max": 6.0, "beta": 4.0}
BACKGROUND = (40.0, 90.0)


def condition(name, mg=0.8, **more):
    idle = {"inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none", "modulator": "none"}
    return {"condition": name, "medium": "calcifying", "mg_mM": mg, **idle, **more}


ARMS = [
    condition(f"{arm}_{level}", mg, sirna=sirna)
    for arm, sirna in (("scr", "scramble"), ("si", "TRPM7"))
    for level, mg in (("08", 0.8), ("20", 2.0))
]
CONDITIONS = [*ARMS, condition("acell", cells="none")]


def experiment(probe=PROBE, *, pair="340;380", **raw):
    settings = {
        "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
        "assays": {"mg_intracellular": probe},
    }
    file = RawFile(file="raw/mg.txt", assay="mg_intracellular", plate="mg", wavelength_nm=pair, **raw)
    return Experiment("exp", Settings.model_validate(settings), tables.CONDITIONS.frame(CONDITIONS), (file,))


def light(mg, load=1.0):
    """What the dye gives at both wavelengths, without background."""
    bound = mg / (mg + KD)
    return load * (1000 * (1 - bound) + 3000 * bound), load * (2000 * (1 - bound) + 500 * bound)


def at(name, nm, value, condition="", donor="D1", rep="1", **more):
    row = {"assay": "mg_intracellular", "plate": "mg", "well": name, "channel": f"F{nm}", "wavelength_nm": float(nm)}
    row |= {"value": value, "status": "ok", "role": "sample" if condition else "blank", "read_index": 0, "rep": rep}
    return {**row, "condition": condition, "donor": donor if condition else "", **more}


def pair(name, lights, condition="", **more):
    """The two rows of a well, background added."""
    return [at(name, nm, y + b, condition, **more) for nm, y, b in zip((340, 380), lights, BACKGROUND, strict=True)]


BLANKS = [*pair("A1", (0.0, 0.0)), *pair("A2", (2.0, 4.0)), *pair("A3", (-2.0, -4.0))]


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


# Two wavelengths ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [0.3, 1.0, 4.0])
def test_the_dye_gives_back_the_magnesium_whatever_its_load(load):
    truth = {"B1": 0.3, "B2": 0.5, "B3": 1.5, "B4": 2.4}
    rows = [r for i, (w, mg) in enumerate(truth.items()) for r in pair(w, light(mg, load), "scr_08", rep=str(i))]
    amounts, problems = quantified(experiment(), *BLANKS, *rows)
    assert amounts.value.to_dict() == pytest.approx(truth)
    assert amounts.loc["B1", ["assay", "readout", "unit"]].tolist() == ["mg_intracellular"] * 2 + ["mM"]
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG355", "notice", "1 read")]


def test_without_background_the_answer_is_another_one_and_that_is_told():
    """R = (1500 + 40) / (1625 + 90) = 0.89796 instead of 0.92308: 6 · 0.39796 / 5.10204 = 0.468 mM instead of 0.5."""
    amounts, problems = quantified(experiment(), *pair("B1", light(0.5), "scr_08"))
    assert amounts.value["B1"] == pytest.approx(0.468, abs=1e-6)
    assert codes(problems, "warning") == ["MG366"]


def test_reads_are_paired_by_index_and_averaged():
    """Means over reads 0 and 2: 340 nm 1400 and 1600, 380 nm 1600 and 1650: those of 0.5 mM. Read 1 has no 380."""
    one, two, three = (
        pair("B1", y, "scr_08", read_index=i) for i, y in enumerate([(1400, 1600), (9000, 0), (1600, 1650)])
    )
    two[1] |= {"value": None, "status": "missing"}
    amounts, problems = quantified(experiment(), *BLANKS, *one, *two, *three)
    assert amounts.value["B1"] == pytest.approx(0.5)
    assert [(p.code, p.seen) for p in problems] == [("MG355", "3 reads")]


def test_a_read_that_the_other_wavelength_never_had_is_left_out():
    """380 nm was read at 1 and 2 only; its first read is not that of 340 nm."""
    rows = [at("B1", 340, y + 40, "scr_08", read_index=i) for i, y in enumerate((8000, 1400, 1600))]
    rows += [at("B1", 380, y + 90, "scr_08", read_index=i) for i, y in ((1, 1600), (2, 1650))]
    amounts, _ = quantified(experiment(), *BLANKS, *rows)
    assert amounts.value["B1"] == pytest.approx(0.5)


def test_one_wavelength_and_two_channels_have_to_be_chosen_from():
    twice = [{**r, "channel": "again"} for r in pair("B1", light(0.5), "scr_08")]
    for exp in (experiment(), experiment(pair="")):
        amounts, problems = quantified(exp, *BLANKS, *pair("B1", light(0.5), "scr_08"), *twice)
        assert amounts.empty
        assert "MG317" in codes(problems)


# One wavelength -----------------------------------------------------------------------------------------------------


def test_one_wavelength_has_no_beta():
    """1.5 · (400 − 200) / (1000 − 400) = 0.5 mM, 60 of background; two reads, 380 and 420."""
    probe = {"kd_mM": KD, "r_min": 200.0, "r_max": 1000.0}
    blanks = [at(f"A{i}", 490, 60.0) for i in (1, 2)]
    rows = [at("B1", 490, y + 60, "scr_08", read_index=i) for i, y in enumerate((380, 420))]
    amounts, problems = quantified(experiment(probe, pair=""), *blanks, *rows)
    assert amounts.value["B1"] == pytest.approx(0.5)
    assert codes(problems) == ["MG355"]


def test_the_channel_of_one_wavelength_is_chosen_by_files_csv():
    probe = {"kd_mM": KD, "r_min": 200.0, "r_max": 4000.0}
    amounts, _ = quantified(experiment(probe, pair="340"), *BLANKS, *pair("B1", (400.0, 7.0), "scr_08"))
    assert amounts.value["B1"] == pytest.approx(KD * 200 / 3600)


# Calibration --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [("kd_mM",), ("beta",), ("r_min", "r_max"), tuple(PROBE)])
def test_a_probe_without_its_calibration_gives_nothing_and_names_what_is_missing(missing):
    probe = {k: v for k, v in PROBE.items() if k not in missing}
    amounts, problems = quantified(experiment(probe), *BLANKS, *pair("B1", light(0.5), "scr_08"))
    assert amounts.empty
    (error,) = problems
    assert (error.code, error.severity, error.seen) == ("MG364", "error", ", ".join(missing))
    assert (error.file, error.place) == ("experiment.toml", f"assays.mg_intracellular.{missing[0]}")


def test_a_calibration_the_wrong_way_round_gives_nothing():
    for low, high in ((6.0, 0.5), (2.0, 2.0)):
        probe = {**PROBE, "r_min": low, "r_max": high}
        amounts, problems = quantified(experiment(probe), *BLANKS, *pair("B1", light(0.5), "scr_08"))
        assert amounts.empty
        assert [(p.code, p.severity) for p in problems] == [("MG365", "error")]


def test_kd_and_beta_cancel_in_ratios_and_the_ends_do_not():
    rows = [*pair("B1", light(0.5), "scr_08"), *pair("B2", light(0.9), "scr_20")]

    def step(**other):
        value = quantified(experiment({**PROBE, **other}), *BLANKS, *rows)[0].value
        return value["B2"] / value["B1"]

    assert step(kd_mM=3.0, beta=1.0) == pytest.approx(step()) == pytest.approx(1.8)
    assert step(r_min=0.4) < 1.75


# Interval -----------------------------------------------------------------------------------------------------------


def magnesium(ratio):
    return KD * 4 * (ratio - 0.5) / (6 - ratio)


def test_the_interval_is_that_of_the_log_ratio_by_hand():
    """Blanks all alike, so background is exact. Without B1 the spread is that of B2, B3: ln 1.1 apart, 1 df."""
    blanks = [r for w in ("A1", "A2") for r in pair(w, (0.0, 0.0))]
    ratios = {"B1": 1.6, "B2": 1.5, "B3": 1.5 * 1.1}
    rows = [r for w, y in ratios.items() for r in pair(w, (1000 * y, 1000.0), "scr_08", rep=w)]
    amounts, problems = quantified(experiment(), *blanks, *rows)
    reach = stats.t.ppf(0.975, 1) * math.log(1.1) / math.sqrt(2)
    assert amounts.ci_low["B1"] == pytest.approx(magnesium(1.6 * math.exp(-reach)))
    assert amounts.ci_high["B1"] == pytest.approx(magnesium(1.6 * math.exp(reach)))
    assert "culture wells" in next(iter(problems)).message
    wide = pair("B4", (4900.0, 1000.0), "scr_20", rep="4")
    amounts, _ = quantified(experiment(), *blanks, *rows, *wide)
    assert math.isnan(amounts.ci_high["B4"])  # 4.9 times its reach is beyond r_max, where there is no upper end
    assert amounts.ci_low["B4"] < magnesium(4.9) == pytest.approx(amounts["value"]["B4"])


def test_the_background_is_shared_and_its_wavelengths_vary_together():
    """Blanks off by (2, 4), (0, 0), (−2, −4): d ln R = −2/F1 + 4/F2 per unit; its variance over three wells / 3.

    With F1 = F2 = 100: (2/100)² · (1 + 0 + 1)/2 / 3. At F1 : F2 = 1 : 2 the errors cancel.
    """
    levels = {"B1": (100.0, 100.0), "B2": (50.0, 100.0)}
    rows = [r for w, y in levels.items() for r in pair(w, y, "scr_08" if w == "B1" else "scr_20")]
    exp, problems = experiment(), Problems()
    plate = Plate(exp, exp.files[0], exp.assay_settings(exp.files[0]), tables.WELLS.frame([*BLANKS, *rows]))
    probe = {**PROBE, "r_min": 0.1}
    exp = experiment(probe)
    plate = Plate(exp, exp.files[0], exp.assay_settings(exp.files[0]), plate.wells)
    found = quantify_magnesium(plate, problems).measured.set_index("well")
    slope = KD * 4 * 1.0 * (6 - 0.1) / (6 - 1.0) ** 2
    assert found.se_curve["B1"] == pytest.approx(slope * math.sqrt(0.02**2 * 2 / 2 / 3))
    assert found.se_curve["B2"] == pytest.approx(0.0, abs=1e-9)
    assert found[["ci_low", "ci_high"]].isna().all(axis=None)  # no two wells are alike


def test_one_background_well_leaves_no_interval():
    rows = [r for w, mg in {"B1": 0.5, "B2": 0.6, "B3": 0.4}.items() for r in pair(w, light(mg), "scr_08", rep=w)]
    amounts, _ = quantified(experiment(), *BLANKS[:2], *rows)
    assert amounts.value.notna().all()
    assert amounts[["ci_low", "ci_high"]].isna().all(axis=None)


def simulated(rng, n_plates, noise=0.03):
    """Share of wells whose interval holds their Mg; the log light of both wavelengths scatters, so do the blanks."""
    exp, held, total = experiment(), 0, 0
    levels = {"scr_08": 0.5, "scr_20": 0.8, "si_08": 0.45, "si_20": 0.55}
    for _ in range(n_plates):
        rows, truth = [r for i in range(1, 5) for r in pair(f"A{i}", 4 * rng.standard_normal(2))], {}
        for i, (c, mg) in enumerate(levels.items()):
            for k in range(1, 4):
                y = np.array(light(mg, math.exp(0.3 * rng.standard_normal()))) * np.exp(noise * rng.standard_normal(2))
                rows += pair(f"{'BCDE'[i]}{k}", y, c, rep=str(k))
                truth[f"{'BCDE'[i]}{k}"] = mg
        plate = Plate(exp, exp.files[0], exp.assay_settings(exp.files[0]), tables.WELLS.frame(rows))
        found = quantify_magnesium(plate, Problems()).measured.set_index("well")
        mg = found.index.map(truth)
        held, total = held + int(((found.ci_low <= mg) & (mg <= found.ci_high)).sum()), total + len(found)
    return held / total


def test_the_interval_covers_the_truth():
    """95 % nominal; 60 plates of 12 wells."""
    assert 0.92 < simulated(np.random.default_rng(4), 60) < 0.98


# Outside the probe's range ------------------------------------------------------------------------------------------


def outside(*ratios):
    """Two wells of 1.5 and 1.65, which give the spread s = ln 1.1 / √2, and single wells of these ratios."""
    rows = [r for w, y in {"B1": 1.5, "B2": 1.65}.items() for r in pair(w, (1000 * y, 1000.0), "scr_08", rep=w)]
    alone = [r for i, y in enumerate(ratios) for r in pair(f"C{i}", (1000 * y, 1000.0), CONDITIONS[i + 1]["condition"])]
    return [r for w in ("A1", "A2") for r in pair(w, (0.0, 0.0))] + rows + alone


GAP = 3.3 * math.log(1.1) / math.sqrt(2)


def test_wells_beyond_an_end_are_bounds_at_the_ends_of_the_probes_range():
    """Range: R from 0.5 · (1 + 3.3 s) to 6 · (1 − 3.3 s). 0.4 lies below r_min, 6.5 above r_max, 5 above the range."""
    amounts, problems = quantified(experiment(), *outside(0.4, 6.5, 5.0))
    low, high = magnesium(0.5 * (1 + GAP)), magnesium(6 * (1 - GAP))
    assert amounts.value[["C0", "C1", "C2"]].isna().all()
    assert amounts.limit[["C0", "C1", "C2"]].tolist() == pytest.approx([low, high, high])
    assert amounts.flag[["C0", "C1", "C2"]].tolist() == ["below_lod", "above_curve", "above_curve"]
    told = next(p for p in problems if p.code == "MG367")
    assert (told.severity, told.place, told.seen) == ("warning", "C0–C2", "3")
    assert ": 1 at most" in told.message
    assert "MG368" not in codes(problems)


def test_the_range_of_a_tight_probe_ends_below_1_mM():
    """kd 0.05 mM: the range ends at 0.05 · 4 · (6 (1 − 3.3 s) − 0.5) / (6 · 3.3 s), some 0.6 mM."""
    amounts, problems = quantified(experiment({**PROBE, "kd_mM": 0.05}), *outside(6.5))
    high = magnesium(6 * (1 - GAP)) * 0.05 / KD
    assert high < 1
    assert amounts.limit["C0"] == pytest.approx(high)
    assert "MG367" in codes(problems)


def test_a_well_that_is_lost_says_nothing_of_the_spread():
    """Of B4's two reads one was too bright: the other is no signal of the well, nor a measure of how wells scatter."""
    rows, lost = outside(), [r for i in range(2) for r in pair("B4", (3000.0, 1000.0), "scr_08", rep="4", read_index=i)]
    lost[0] |= {"value": None, "status": "above"}
    alone, beside = (quantified(experiment(), *rows, *more)[0] for more in ([], lost))
    for side in ("ci_low", "ci_high"):
        assert beside[side]["B1"] == pytest.approx(alone[side]["B1"], nan_ok=True)
    wide = quantified(experiment(), *rows, *pair("B4", (3000.0, 1000.0), "scr_08", rep="4"))[0]
    assert wide.ci_low["B1"] < wide["value"]["B1"]  # it would have lent B1 a spread


def test_a_well_exactly_as_bright_as_cells_without_dye_holds_no_dye():
    """Counts are whole numbers: 40 at 340 nm, as in the blanks, is no ratio of 0."""
    amounts, problems = quantified(experiment(), *outside(), *pair("C1", (0.0, 1000.0), "scr_20"))
    assert amounts.loc["C1", ["value", "limit"]].isna().all()
    (error,) = [p for p in problems if p.severity == "error"]
    assert (error.code, error.place) == ("MG368", "C1")


def test_a_value_near_r_min_is_kept_and_flagged():
    amounts, _ = quantified(experiment(), *outside(0.55))
    assert (amounts.value["C0"], amounts.flag["C0"]) == (pytest.approx(magnesium(0.55)), "below_lod")


def test_bounds_stay_bounds_in_the_means():
    exp = experiment()
    amounts = quantify_plates(exp, tables.WELLS.frame(outside(0.4, 6.5)), Problems()).amounts
    means = means_from_amounts(exp, amounts, Problems()).set_index("condition")
    assert "floor" in means.flag["scr_20"].split(";")
    assert means.log_mean["scr_20"] == pytest.approx(math.log(magnesium(0.5 * (1 + GAP))))
    assert "above_curve" in means.flag["si_08"].split(";")


def test_without_alike_wells_no_bound_is_made_up():
    """At or below r_min Mg is at most a value nobody knows: an arm without logarithm. Beyond r_max: an error."""
    exp, rows = experiment(), [r for r in outside(0.4, 6.5) if r["well"] not in ("B1", "B2")]
    amounts, problems = quantified(exp, *rows)
    assert amounts.limit.to_dict() == pytest.approx({"C0": 0.0, "C1": math.nan}, nan_ok=True)
    (error,) = [p for p in problems if p.severity == "error"]
    assert (error.code, error.place, error.seen) == ("MG368", "C1", "1")
    means = means_from_amounts(exp, amounts.reset_index(), Problems()).set_index("condition")
    assert math.isnan(means.log_mean["scr_20"])
    assert "floor" in means.flag["scr_20"].split(";")


def test_wells_without_dye_and_wells_too_bright_have_neither_value_nor_bound():
    """They are no matter of Mg, so that not even the LOD is said of them."""
    rows = [*BLANKS, *pair("B1", light(0.5), "scr_08"), *pair("B2", light(0.5), "scr_08", rep="2")]
    bright = pair("C1", light(0.5), "scr_20")
    bright[1] |= {"value": None, "status": "above"}
    dark = pair("C2", (500.0, -3.0), "si_08")
    amounts, problems = quantified(experiment(), *rows, *bright, *dark)
    assert amounts.loc[["C1", "C2"], ["value", "limit"]].isna().all(axis=None)
    assert amounts.flag[["C1", "C2"]].tolist() == ["saturated", ""]
    (error,) = [p for p in problems if p.severity == "error"]
    assert (error.code, error.seen, error.place) == ("MG368", "2", "C1–C2")
    assert "(1 no brighter than cells without dye, 1 too bright to read)" in error.message
    alone = next(p for p in quantified(experiment(), *rows, *bright)[1] if p.severity == "error")
    assert "nor a bound: 1 (1 too bright to read)." in alone.message


@pytest.mark.parametrize("dilution", [None, 1.0, 5.0])
def test_a_dilution_is_said_to_play_no_part(dilution):
    rows = [*BLANKS, *pair("B1", light(0.5), "scr_08", dilution=dilution)]
    amounts, problems = quantified(experiment(), *rows)
    assert amounts.value["B1"] == pytest.approx(0.5)
    assert [(p.seen, p.severity) for p in problems if p.code == "MG397"] == [("5", "notice")] * (dilution == 5.0)


def test_one_saturated_read_of_several_is_a_saturated_well():
    rows = [pair("B1", light(0.5), "scr_08", read_index=i) for i in range(3)]
    rows[1][0] |= {"value": None, "status": "above"}
    amounts, problems = quantified(experiment(), *BLANKS, *(r for read in rows for r in read))
    assert (amounts.flag["B1"], math.isnan(amounts.value["B1"])) == ("saturated", True)
    assert codes(problems, "error") == ["MG368"]


def test_implausible_magnesium_is_told_of_living_cells_only():
    """kd in uM: 1000 times too much."""
    rows = [*BLANKS, *pair("B1", light(0.5), "scr_08")]
    amounts, problems = quantified(experiment({**PROBE, "kd_mM": 1500.0}), *rows)
    assert amounts.value["B1"] == pytest.approx(500.0)
    told = [p for p in problems if p.severity == "warning"]
    assert [(p.code, p.place, p.seen) for p in told] == [("MG369", "B1", "1")]
    assert "median of the plate 500 mM" in told[0].message
    _, problems = quantified(experiment(), *BLANKS, *pair("B1", light(0.02), "acell"))
    assert "MG369" not in codes(problems)


# Bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "status"), [(None, "missing"), (None, "above"), (0.0, "ok"), (-5.0, "ok")])
def test_plates_without_a_signal_give_no_number(value, status):
    rows = [{**r, "value": value, "status": status} for r in (*BLANKS, *pair("B1", light(0.5), "scr_08"))]
    amounts, problems = quantified(experiment(), *rows)
    assert amounts.value.notna().sum() == 0
    assert codes(problems, "error")


def test_masked_wells_are_out():
    rows = [*BLANKS, *pair("B1", light(0.5), "scr_08"), *pair("B2", light(9.0), "scr_08", status="masked")]
    amounts, problems = quantified(experiment(), *rows)
    assert list(amounts.index) == ["B1"]
    assert codes(problems) == ["MG355"]


def test_a_pair_that_the_plate_does_not_hold_gives_nothing_and_says_so():
    rows = [r for r in pair("B1", light(0.5), "scr_08") if r["wavelength_nm"] == 340]
    amounts, problems = quantified(experiment(), *rows)
    assert amounts.empty
    assert "MG312" in codes(problems, "error")
    amounts, problems = quantified(experiment(pair="360;400"), *BLANKS, *pair("B1", light(0.5), "scr_08"))
    assert amounts.empty


def test_settings_of_another_assay_are_our_bug(bench):
    with pytest.raises(TypeError, match="no Mg probe"):
        quantify_magnesium(bench.plate(bench.experiment(files=[bench.CA])), Problems())


def test_a_plate_put_in_the_other_way_round_is_not_quantified():
    """Eight conditions in triplicate here and there, read after the plate was turned by 180°."""
    names = [f"c{i}" for i in range(8)]
    rng = np.random.default_rng(3)
    every = [f"{r}{c}" for r in "ABCDEFGH" for c in range(1, 13)]
    held = {w: names[i % 8] for i, w in enumerate(rng.permutation(every)[:24])}
    layout = tables.LAYOUT.frame(
        [{"well": w, "role": "sample", "condition": n, "donor": "D1", "rep": w} for w, n in held.items()]
    )
    truth = {w: 0.2 + 0.2 * names.index(held[w]) if w in held else 0.1 for w in every}
    rows = []
    for w, other in zip(every, reversed(every), strict=True):
        role = "sample" if w in held else "empty"
        y = np.array(light(truth[other])) * np.exp(0.01 * rng.standard_normal(2))
        rows += pair(w, y, held.get(w, ""), rep=w, role=role)
    exp = experiment(layout="own")
    conditions = tables.CONDITIONS.frame([condition(n) for n in names])
    exp = Experiment(exp.id, exp.settings, conditions, exp.files, {"own": layout})
    amounts, problems = quantified(exp, *rows)
    assert amounts.empty
    assert "MG326" in codes(problems, "error")


# To rho -------------------------------------------------------------------------------------------------------------


def fired(exp, wells=(), measured=()):
    """Rules of the verdict from wells and values measured elsewhere, and problems."""
    calcium = {"scr_08": 100.0, "scr_20": 30.0, "si_08": 100.0, "si_20": 80.0}
    table = {"experiment": "exp", "assay": "calcium", "readout": "calcium", "plate": "c", "unit": "ug/mg", "rep": "1"}
    mineral = [{**table, "condition": c, "donor": f"D{d}", "value": v * f}
               for c, v in calcium.items() for d, f in enumerate((0.9, 1.0, 1.15))]  # fmt: skip
    held = {"wells": tables.WELLS.frame(wells), "measured": tables.MEASURED.frame([*mineral, *measured])}
    empty = {"images": tables.IMAGES, "qpcr_wells": tables.QPCR_WELLS, "left_out": tables.LEFT_OUT}
    empty["amplification"] = tables.AMPLIFICATION
    problems = Problems()
    amounts = tables_from_wells(exp, {**held, **{n: t.frame() for n, t in empty.items()}}, problems)["amounts"]
    _, verdict = conclusions_from_amounts(exp, amounts, Problems())
    return {r["rule"] for r in verdict["rules"] if r["fired"]}, amounts, problems


LEVELS = {"scr_08": 1.0, "scr_20": 1.6, "si_08": 0.9, "si_20": 0.95}  # rho = ln(.95/.9) / ln 1.6 = 0.115


def dyed(levels):
    """Three donors with a plate in common, two wells per condition."""
    rng, rows = np.random.default_rng(6), list(BLANKS)
    for d, own in enumerate((0.4, 0.5, 0.6)):
        for i, (c, level) in enumerate(levels.items()):
            for k in (1, 2):
                y = np.array(light(own * level)) * np.exp(0.004 * rng.standard_normal(2))
                rows += pair(f"{'BCD'[d]}{2 * i + k}", y, c, donor=f"D{d}", rep=str(k))
    return rows


def elsewhere(levels, unit="nmol/mg", scale=40.0):
    """Total Mg by ICP-MS of three donors."""
    row = {"experiment": "exp", "assay": "mg_intracellular", "readout": "mg_intracellular", "plate": "icp", "rep": "1"}
    rng = np.random.default_rng(7)
    own = [(c, v, d, f) for c, v in levels.items() for d, f in enumerate((0.9, 1.0, 1.15))]
    values = [scale * f * v * math.exp(0.01 * rng.standard_normal()) for _, v, _, f in own]
    return [
        {**row, "condition": c, "donor": f"D{d}", "unit": unit, "value": y}
        for (c, _, d, _), y in zip(own, values, strict=True)
    ]


@pytest.mark.parametrize(("blocked", "below_half"), [(0.95, True), (1.30, False)])
def test_magnesium_of_a_plate_reaches_rho(blocked, below_half):
    """Leaky: ln(1.3 / .9) / ln 1.6 = 0.78."""
    rules, amounts, problems = fired(experiment(), dyed({**LEVELS, "si_20": blocked}))
    assert "mg_intracellular_measured" in rules
    assert ("rho_below_half" in rules) is below_half
    assert set(amounts[amounts.readout == "mg_intracellular"].unit) == {"mM"}
    assert not codes(problems, "error")


@pytest.mark.parametrize(("blocked", "below_half"), [(0.95, True), (1.30, False)])
def test_total_magnesium_measured_elsewhere_reaches_rho_in_its_own_unit(blocked, below_half):
    rules, amounts, problems = fired(experiment(), measured=elsewhere({**LEVELS, "si_20": blocked}))
    assert "mg_intracellular_measured" in rules
    assert ("rho_below_half" in rules) is below_half
    assert set(amounts[amounts.readout == "mg_intracellular"].unit) == {"nmol/mg"}
    assert not codes(problems, "error")


def test_a_plate_and_a_table_in_other_units_are_not_mixed_unseen():
    _, _, problems = fired(experiment(), dyed(LEVELS), elsewhere(LEVELS))
    assert [(p.code, p.place, p.seen) for p in problems if p.severity == "error"] == [
        ("MG363", "mg_intracellular", "mM (mg), nmol/mg (icp)")
    ]
    _, _, problems = fired(experiment(), dyed(LEVELS), elsewhere(LEVELS, "mM", 0.5))
    assert "MG363" not in codes(problems)
