"""Alkaline phosphatase, plate to amounts. The bench, worked by hand:

ε·path = 18 · 0.5 = 9 OD per mM, 200 uL in the assay well, 20 of 100 uL lysate in it. A well that rises by 0.028 OD/min
beside blanks that rise by 0.001 makes 0.027 / 9 = 0.003 mM/min = 0.6 nmol/min, and 0.6 · 100 / 20 = 3 nmol/min in the
culture well; 0.1 mg protein: 30 nmol/min/mg. Standards: OD = 0.05 + 0.009 · uM, the same 9 OD per mM.
"""

import time

import numpy as np
import pytest
from scipy.special import stdtrit

from mgassay import tables
from mgassay.assays.courses.alp import quantify_alp
from mgassay.assays.plates.plate import Plate
from mgassay.effects.means.means import means_from_amounts
from mgassay.experiment import Experiment, Settings
from mgassay.problems import Problems

ALP = ("alp", "alp_D1")
KEYS = {"epsilon_per_mM_cm": 18.0, "path_cm": 0.5, "well_volume_uL": 200, "sample_volume_uL": 20,
        "lysate_volume_uL": 100}  # fmt: skip
MINUTES = np.arange(30.0)
BLANK = 0.05 + 0.001 * MINUTES
JITTER = {"A1": 1e-5, "A2": 0.0, "A3": -1e-5}


@pytest.fixture
def alp(bench):
    """What the tests need of an experiment with a plate of alkaline phosphatase."""

    class Lab:
        def experiment(self, files=(ALP,), protein=None, **keys):
            base = bench.experiment(None, protein, files)
            assays = {"alp": keys, "protein": protein or {}}
            settings = Settings.model_validate({"contrast": base.settings.contrast.model_dump(), "assays": assays})
            return Experiment(base.id, settings, base.conditions, base.files)

        def quantify(self, *rows, files=(ALP,), protein=None, confirm=(), keys=KEYS, **more):
            exp = self.experiment(files, protein, **{**keys, **more})
            if confirm:
                raws = tuple(f.model_copy(update={"confirm": confirm}) for f in exp.files)
                exp = Experiment(exp.id, exp.settings, exp.conditions, raws)
            return bench.quantify(exp, *rows)

        def course(self, well, od, role="sample", minutes=MINUTES, status=None, **more):
            mapped = {"condition": "ca08", "donor": "D1", "rep": "1"} if role == "sample" else {}
            status = status or ["ok"] * len(od)
            return [
                bench.well(ALP, well, None if s in ("above", "missing") else float(v), role, read_index=i,
                           time_s=60.0 * t, status=s, **{**mapped, **more})
                for i, (v, t, s) in enumerate(zip(od, minutes, status, strict=True))
            ]  # fmt: skip

        def blanks(self):
            return [row for well, d in JITTER.items() for row in self.course(well, BLANK + d * MINUTES, "blank")]

        def standards(self, levels=(0, 25, 50, 100, 200, 300), reads=30, bend=0.0):
            return [
                row
                for k, x in enumerate(levels, 1)
                for r, d in (("G", 0.001), ("H", -0.001))
                for row in self.course(
                    f"{r}{k}",
                    np.full(reads, 0.05 + 0.009 * x - bend * x**2 + d),
                    "standard",
                    MINUTES[:reads],
                    standard=x,
                )
            ]

        def once(self, well, od, role="sample", **more):
            return self.course(well, [od], role, [0.0], **more)

    return Lab()


def severities(problems):
    return sorted((p.code, p.severity) for p in problems)


# Kinetic plates ------------------------------------------------------------------------------------------------------


def test_by_absorptivity_worked_by_hand(alp, bench):
    rows = [*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES), *bench.PROTEIN, bench.pr("C1", 0.60)]
    results, problems = alp.quantify(*rows, files=(ALP, bench.PR))
    assert bench.codes(problems) == ["MG344"]
    row = bench.readout(results, "alp_per_well").iloc[0]
    assert (row.value, row.unit, row.well, row.flag) == (pytest.approx(3.0, rel=1e-9), "nmol/min", "B1", "")
    sd = 1e-5 * 200 / 9 * 5  # nmol/min in the culture well, of the blanks' SD of 1e-5 OD/min
    assert row.limit == pytest.approx(3.3 * sd, rel=1e-6)
    assert row.ci_high - row.value == pytest.approx(4.302653 * sd * np.sqrt(4 / 3), rel=1e-5)  # t of 2 df
    per_mg = bench.readout(results, "alp").iloc[0]
    assert (per_mg.value, per_mg.unit, per_mg.rep) == (pytest.approx(30.0, rel=1e-6), "nmol/min/mg", "1")
    assert per_mg.ci_low < 30 < per_mg.ci_high
    assert results.curves[results.curves.assay == "alp"].empty


def test_by_standards_the_same_amount(alp, bench):
    keys = {k: v for k, v in KEYS.items() if k not in ("epsilon_per_mM_cm", "path_cm")}
    rows = [*alp.blanks(), *alp.standards(), *alp.course("B1", 0.1 + 0.028 * MINUTES, "sample", condition="acell")]
    results, problems = alp.quantify(*rows, keys=keys)
    assert severities(problems) == [("MG344", "notice")]
    row = bench.readout(results, "alp_per_well").iloc[0]
    assert row.value == pytest.approx(3.0, rel=1e-9)
    assert results.curves.unit.tolist() == ["uM"]
    # The slope's error by hand: residual SD of 12 wells 1 mOD off a line, over the spread of the standards.
    x = np.repeat([0, 25, 50, 100, 200, 300], 2)
    relative = np.sqrt(12e-6 / 10 / np.sum((x - x.mean()) ** 2)) / 0.009
    curve, blanks = (3.0 * relative) ** 2, (1e-5 * 200 / 9 * 5) ** 2 * 4 / 3
    df = (curve + blanks) ** 2 / (curve**2 / 10 + blanks**2 / 2)
    assert (row.ci_high - row.ci_low) / 2 == pytest.approx(stdtrit(df, 0.975) * np.sqrt(curve + blanks), rel=1e-3)


@pytest.mark.parametrize(
    ("unit", "levels", "volume"), [("mM", 0.001, 200), ("nmol/well", 0.2, None), ("ug/mL", 0.13911, 200)]
)
def test_units_of_standards(alp, bench, unit, levels, volume):
    """1 uM in 200 uL is 0.2 nmol; p-nitrophenol is 139.11 g/mol, so 1 uM is 0.13911 ug/mL."""
    rows = [{**r, "standard": r["standard"] * levels} for r in alp.standards()]
    keys = {"sample_volume_uL": 20, "lysate_volume_uL": 100, "standard_unit": unit}
    results, _ = alp.quantify(
        *alp.blanks(),
        *rows,
        *alp.course("B1", 0.1 + 0.028 * MINUTES),
        keys=keys,
        **({"well_volume_uL": volume} if volume else {}),
    )
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(3.0, rel=1e-6)


def test_a_bent_curve_is_undone_before_the_slope_is_read(alp, bench):
    """uM = 20 + 3 t read on OD = 0.05 + 0.009 x − 6e-6 x²: 3 uM/min · 0.2 nmol/uM · 5 = 3 nmol/min, less 0.5 uM/min."""

    def read(x):
        return 0.05 + 0.009 * x - 6e-6 * x**2

    rows = [
        *alp.standards(bend=6e-6),
        *alp.course("B1", read(20 + 3 * MINUTES)),
        *alp.course("A1", read(5 + 0.5 * MINUTES), "blank"),
    ]
    results, _ = alp.quantify(*rows, keys={k: v for k, v in KEYS.items() if "cm" not in k}, curve="quadratic")
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(2.5, rel=1e-6)


def test_standards_win_over_the_absorptivity_with_a_notice(alp, bench):
    rows = [*alp.blanks(), *alp.standards(), *alp.course("B1", 0.1 + 0.028 * MINUTES, "sample", condition="acell")]
    results, problems = alp.quantify(*rows, epsilon_per_mM_cm=1.0)
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(3.0, rel=1e-9)
    assert severities(problems) == [("MG344", "notice"), ("MG348", "notice")]


def test_dilution_of_the_lysate(alp, bench):
    rows = [*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES, dilution=4.0)]
    assert bench.readout(alp.quantify(*rows)[0], "alp_per_well").value[0] == pytest.approx(12.0)


@pytest.mark.parametrize("keys", [{}, {"path_cm": 0.5}, {"epsilon_per_mM_cm": 18.0, "well_volume_uL": 200}])
def test_missing_keys_are_named_in_one_error(alp, bench, keys):
    results, problems = alp.quantify(*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES), keys=keys)
    assert results.amounts.empty
    told = [p for p in problems if p.severity == "error"]
    assert [p.code for p in told] == ["MG340"]
    assert told[0].seen == ", ".join(k for k in ("epsilon_per_mM_cm", "path_cm", "well_volume_uL") if k not in keys)
    assert told[0].file == "experiment.toml"


def test_standards_as_concentrations_need_the_volume(alp, bench):
    results, problems = alp.quantify(*alp.standards(), *alp.course("B1", 0.1 + 0.02 * MINUTES), keys={})
    assert [(p.code, p.seen) for p in problems if p.severity == "error"] == [("MG340", "well_volume_uL")]
    assert results.amounts.empty
    assert len(results.curves) == 1


def test_a_unit_that_is_none(alp, bench):
    results, problems = alp.quantify(*alp.standards(), *alp.course("B1", 0.1 + 0.02 * MINUTES), standard_unit="U/L")
    assert "MG315" in bench.codes(problems)
    assert results.amounts.empty


def test_without_the_sample_volume_a_warning_and_no_factor(alp, bench):
    keys = {k: v for k, v in KEYS.items() if k not in ("sample_volume_uL", "lysate_volume_uL")}
    results, problems = alp.quantify(
        *alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES, condition="acell"), keys=keys
    )
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(0.6)
    assert severities(problems) == [("MG344", "notice"), ("MG350", "warning")]


def test_the_lysate_volume_of_the_protein_assay_is_taken_aloud(alp, bench):
    keys = {k: v for k, v in KEYS.items() if k != "lysate_volume_uL"}
    rows = [*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES), *bench.PROTEIN, bench.pr("C1", 0.60)]
    results, problems = alp.quantify(*rows, files=(ALP, bench.PR), protein={"lysate_volume_uL": 300}, keys=keys)
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(9.0)
    assert [(p.code, p.seen) for p in problems if p.code == "MG349"] == [("MG349", "300")]
    results, problems = alp.quantify(*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES), keys=keys)
    assert [(p.code, p.seen) for p in problems if p.severity == "error"] == [("MG340", "lysate_volume_uL")]


def test_live_reps_without_protein_are_told_and_acellular_ones_never(alp, bench):
    rows = [*alp.blanks(), *bench.PROTEIN, bench.pr("C1", 0.6), bench.pr("C2", 0.1, rep="3")]
    for well, rep, condition in (("B1", "1", "ca08"), ("B2", "2", "ca08"), ("B3", "3", "ca08"), ("B4", "1", "acell")):
        rows += alp.course(well, 0.1 + 0.028 * MINUTES, rep=rep, condition=condition)
    results, problems = alp.quantify(*rows, files=(ALP, bench.PR))
    assert bench.readout(results, "alp_per_well").flag.tolist() == ["", "no_protein", "no_protein", ""]
    assert bench.readout(results, "alp").rep.tolist() == ["1"]
    told = [(p.code, p.place) for p in problems if p.code in ("MG320", "MG321")]
    assert told == [("MG320", "ca08/D1/2"), ("MG321", "ca08/D1/3")]
    assert all("alkaline phosphatase" in p.message for p in problems if p.code in ("MG320", "MG321"))


def test_without_blanks_the_hydrolysis_stays_in_with_a_warning(alp, bench):
    results, problems = alp.quantify(*alp.course("B1", 0.1 + 0.028 * MINUTES, condition="acell"))
    row = bench.readout(results, "alp_per_well").iloc[0]
    assert row.value == pytest.approx(28 / 27 * 3)
    assert np.isnan(row.limit)
    assert severities(problems) == [("MG344", "notice"), ("MG346", "warning")]


def test_reads_without_times_and_too_few_reads_are_errors(alp, bench):
    untimed = [{**r, "time_s": None} for r in alp.course("B1", 0.1 + 0.028 * MINUTES)]
    results, problems = alp.quantify(*alp.blanks(), *untimed)
    assert results.amounts.empty
    assert [(p.code, p.place) for p in problems] == [("MG341", "B1")]
    few = [
        *alp.course("A1", BLANK[:4], "blank", MINUTES[:4]),
        *alp.course("B1", 0.1 + 0.02 * MINUTES[:4], minutes=MINUTES[:4]),
    ]
    results, problems = alp.quantify(*few)
    assert results.amounts.empty
    assert bench.codes(problems) == ["MG342"]


def test_a_course_without_a_straight_stretch_has_no_value(alp, bench):
    spent = 0.1 + 1 - np.exp(-MINUTES / 3)
    results, problems = alp.quantify(
        *alp.blanks(),
        *alp.course("B1", spent, condition="acell"),
        *alp.course("B2", 0.1 + 0.02 * MINUTES, condition="acell"),
    )
    rows = bench.readout(results, "alp_per_well")
    assert rows.flag.tolist() == ["no_linear_window", ""]
    assert np.isnan(rows.value[0])
    assert [(p.code, p.place) for p in problems if p.severity == "warning"] == [("MG345", "B1")]


def test_a_well_without_a_rate_has_no_limit_and_no_part_in_its_rep(alp, bench):
    """Else a well whose substrate was spent, the most active of all, would enter effects at the detection limit."""
    spent, good = 0.1 + 1 - np.exp(-MINUTES / 3), 0.1 + 0.028 * MINUTES
    rows = [*alp.blanks(), *bench.PROTEIN, bench.pr("C1", 0.6), bench.pr("C2", 0.6, rep="2")]
    rows += [*alp.course("B1", spent), *alp.course("B2", good), *alp.course("B3", spent, rep="2")]
    results, problems = alp.quantify(*rows, files=(ALP, bench.PR))
    assert np.isnan(bench.readout(results, "alp_per_well").limit[[0, 2]]).all()
    per_mg = bench.readout(results, "alp")
    assert per_mg[["rep", "well"]].to_numpy().tolist() == [["1", "B2"]]
    assert per_mg.value[0] == pytest.approx(30.0, rel=1e-6)
    means = means_from_amounts(alp.experiment((ALP, bench.PR), **KEYS), results.amounts, Problems())
    assert not means.flag.str.contains("floor").any()
    assert [p.place for p in problems if p.code == "MG345"] == ["B1, B3"]


def test_all_reads_at_one_time_are_no_course(alp, bench):
    rows = [{**r, "time_s": 0.0} for r in alp.course("B1", 0.1 + 0.028 * MINUTES)]
    results, problems = alp.quantify(*rows)
    assert bench.codes(problems) == ["MG341"]
    assert results.amounts.empty


def test_a_saturated_tail_leaves_the_start(alp, bench):
    od, status = 0.1 + 0.2 * MINUTES, ["ok"] * 15 + ["above"] * 15
    row = bench.readout(alp.quantify(*alp.blanks(), *alp.course("B1", od, status=status))[0], "alp_per_well").iloc[0]
    assert row.value == pytest.approx(0.199 / 9 * 200 * 5)
    assert row.flag == "no_protein"


def test_a_well_above_the_reader_too_soon_has_a_lower_bound(alp, bench):
    """0.1 and 1.3 OD, then above at 2 min: at least (1.3 − 0.1) / 2 = 0.6 OD/min, less 0.001 of the blanks."""
    od = [0.1, 1.3] + [9.0] * 28
    soon = alp.course("B1", od, status=["ok", "ok"] + ["above"] * 28, condition="acell")
    at_once = alp.course("B2", od, status=["above"] * 30, condition="acell")
    results, problems = alp.quantify(*alp.blanks(), *soon, *at_once)
    rows = bench.readout(results, "alp_per_well")
    assert rows.value.isna().all()
    assert rows.flag.tolist() == ["above_curve;saturated"] * 2
    np.testing.assert_allclose(rows.limit, [0.599 / 9 * 200 * 5, np.nan])
    told = [(p.code, p.place, p.severity) for p in problems if p.severity != "notice"]
    assert told == [("MG313", "B1", "warning"), ("MG395", "B2", "error")]


def test_a_bound_that_the_blank_takes_up_is_none(alp, bench):
    """0.1000 and 0.1015 OD, then above at 2 min: 0.00075 OD/min at least, where the blanks rise by 0.001."""
    od, status = [0.1000, 0.1015] + [9.0] * 28, ["ok", "ok"] + ["above"] * 28
    results, problems = alp.quantify(*alp.blanks(), *alp.course("B1", od, status=status, condition="acell"))
    assert np.isnan(bench.readout(results, "alp_per_well").limit[0])
    assert [(p.code, p.place) for p in problems if p.severity != "notice"] == [("MG395", "B1")]


def test_all_wells_saturated(alp, bench):
    rows = [
        r
        for w in ("A1", "B1", "B2")
        for r in alp.course(w, BLANK, "blank" if w == "A1" else "sample", status=["above"] * 30)
    ]
    results, problems = alp.quantify(*rows)
    assert bench.readout(results, "alp_per_well").flag.str.contains("saturated").all()
    assert "1 is mapped" in next(p.message for p in problems if p.code == "MG346")


def test_reads_above_the_top_standard_are_no_part_of_a_rate(alp, bench):
    """Top standard 300 uM = 2.75 OD; the course bends hard above it, as a reader does near its end."""
    od = np.minimum(0.1 + 0.15 * MINUTES, 2.9)
    rows = [*alp.blanks(), *alp.standards(), *alp.course("B1", od)]
    row = bench.readout(alp.quantify(*rows)[0], "alp_per_well").iloc[0]
    assert row.value == pytest.approx(0.149 / 9 * 200 * 5, rel=1e-6)


def test_wells_without_any_read_are_told(alp, bench):
    results, problems = alp.quantify(
        *alp.blanks(), *alp.course("B1", BLANK, status=["missing"] * 30), *alp.course("B2", 0.1 + 0.02 * MINUTES)
    )
    assert bench.readout(results, "alp_per_well").well.tolist() == ["B2"]
    assert ("MG312", "B1") in [(p.code, p.place) for p in problems]


def test_a_spike_is_left_out_and_listed(alp, bench):
    noise = np.random.default_rng(2).normal(0, 0.001, 30)
    od = 0.1 + 0.028 * MINUTES + noise
    od[12] += 0.3
    results, problems = alp.quantify(*alp.blanks(), *alp.course("B1", od, condition="acell"))
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(3.0, rel=0.01)
    assert results.exclusions[["well", "value", "by"]].to_numpy().tolist() == [["B1", od[12], "mgassay"]]
    assert severities(problems) == [("MG344", "notice"), ("MG351", "notice")]


def test_masked_wells_take_no_part(alp, bench):
    rows = [
        *alp.blanks(),
        *alp.course("B1", 0.1 + 0.028 * MINUTES),
        *alp.course("B2", 0.1 + 0.02 * MINUTES, status=["masked"] * 30),
    ]
    assert bench.readout(alp.quantify(*rows)[0], "alp_per_well").well.tolist() == ["B1"]


def test_two_channels_and_none_chosen(alp, bench):
    rows = alp.course("B1", 0.1 + 0.028 * MINUTES)
    results, problems = alp.quantify(*rows, *({**r, "channel": "A620", "wavelength_nm": 620.0} for r in rows))
    assert bench.codes(problems) == ["MG317"]
    assert results.amounts.empty
    results, _ = alp.quantify(
        *rows, *({**r, "channel": "A620", "wavelength_nm": 620.0} for r in rows), wavelength_nm=575.0
    )
    assert len(results.amounts) == 1


def test_a_well_read_twice_at_a_time_is_an_error(alp, bench):
    rows = alp.course("B1", 0.1 + 0.028 * MINUTES)
    results, problems = alp.quantify(*rows, {**rows[3], "value": 0.9})
    assert bench.codes(problems) == ["MG317"]
    assert results.amounts.empty


# Plates read once ----------------------------------------------------------------------------------------------------


def test_an_end_point_by_absorptivity(alp, bench):
    """(0.50 − 0.05) / 9 mM · 200 uL / 30 min · 5 = 1.6667 nmol/min; blanks 0.04, 0.05, 0.06: SD 0.01."""
    rows = [row for w, od in (("A1", 0.04), ("A2", 0.05), ("A3", 0.06)) for row in alp.once(w, od, "blank")]
    rows += [*alp.once("B1", 0.50, condition="acell"), *alp.once("B2", 0, status=["above"], condition="acell")]
    results, problems = alp.quantify(*rows, incubation_min=30)
    first, second = (r for _, r in bench.readout(results, "alp_per_well").iterrows())
    scale = 200 / 9 / 30 * 5
    assert first.value == pytest.approx(0.45 * scale)
    assert first.limit == pytest.approx(3.3 * 0.01 * scale)
    assert first.ci_high - first.value == pytest.approx(4.302653 * 0.01 * np.sqrt(4 / 3) * scale, rel=1e-6)
    assert np.isnan(second.value)
    assert (second.limit, second.flag) == (pytest.approx(0.45 * scale), "above_curve;saturated")
    assert severities(problems) == [("MG313", "warning")]


def test_an_end_point_with_every_sample_above_the_reader(alp, bench):
    """Blanks 0.04, 0.05, 0.06 say nothing of the samples; an empty well of 0.95 OD says that they hold 0.9 OD more."""
    rows = [row for w, od in (("A1", 0.04), ("A2", 0.05), ("A3", 0.06)) for row in alp.once(w, od, "blank")]
    rows += [*alp.once("B1", 0, status=["above"], condition="acell")]
    results, problems = alp.quantify(*rows, incubation_min=30)
    assert bench.readout(results, "alp_per_well")[["value", "limit"]].isna().all(axis=None)
    assert [(p.code, p.place, p.severity) for p in problems] == [("MG395", "B1", "error")]
    results, problems = alp.quantify(*rows, *alp.once("C1", 0.95, "excluded"), incubation_min=30)
    assert bench.readout(results, "alp_per_well").limit[0] == pytest.approx(0.9 * 200 / 9 / 30 * 5)
    assert bench.codes(problems) == ["MG313"]


def test_an_end_point_by_standards_above_the_reader_is_at_least_the_top(alp, bench):
    """300 uM · 0.2 nmol/uM / 30 min · 5 = 10 nmol/min, without blanks of its own."""
    keys = {k: v for k, v in KEYS.items() if "cm" not in k} | {"incubation_min": 30}
    rows = [*alp.standards(reads=1), *alp.once("B1", 0, status=["above"], condition="acell")]
    results, problems = alp.quantify(*rows, keys=keys)
    assert bench.readout(results, "alp_per_well").limit[0] == pytest.approx(10.0)
    assert bench.codes(problems) == ["MG346", "MG313"]


def test_a_falling_course_is_told_and_a_slow_one_is_not(alp, bench):
    rows = [*alp.blanks(), *alp.course("B1", 0.5 - 0.002 * MINUTES, condition="acell")]
    rows += alp.course("B2", 0.1 + 0.00099 * MINUTES, condition="acell")  # 1e-5 OD/min less than the blanks, their SD
    results, problems = alp.quantify(*rows)
    assert bench.readout(results, "alp_per_well").flag.tolist() == ["below_lod"] * 2
    assert [(p.code, p.place, p.severity) for p in problems if p.code != "MG344"] == [("MG396", "B1", "warning")]


def test_how_many_blanks_have_a_rate_is_said(alp, bench):
    spent = alp.course("A4", 0.1 + 1 - np.exp(-MINUTES / 3), "blank")
    problems = alp.quantify(*alp.blanks(), *spent, *alp.course("B1", 0.1 + 0.028 * MINUTES, condition="acell"))[1]
    told = {p.code: p for p in problems}
    assert told["MG344"].seen == "4 of 5"
    assert "that of 3 of 4 blank wells" in told["MG344"].message
    assert told["MG345"].place == "A4"


def test_an_end_point_needs_its_minutes_and_its_blank(alp, bench):
    results, problems = alp.quantify(*alp.once("A1", 0.05, "blank"), *alp.once("B1", 0.5))
    assert [(p.code, p.place) for p in problems] == [("MG343", "assays.alp.incubation_min")]
    assert results.amounts.empty
    results, problems = alp.quantify(*alp.once("B1", 0.5), incubation_min=30)
    assert bench.codes(problems) == ["MG347"]
    assert results.amounts.empty
    results, _ = alp.quantify(*alp.once("B1", 0.45), incubation_min=30, confirm=("MG347",))
    row = bench.readout(results, "alp_per_well").iloc[0]
    assert row.value == pytest.approx(0.45 * 200 / 9 / 30 * 5)
    assert np.isnan(row.ci_low)


def test_an_end_point_by_standards_less_the_blanks(alp, bench):
    """50 uM − 5 uM of the blanks = 45 uM · 0.2 nmol/uM / 30 min · 5 = 1.5 nmol/min; diluted twice, 3."""
    rows = [
        *alp.standards(reads=1),
        *alp.once("B1", 0.5, condition="acell"),
        *alp.once("B2", 0.5, dilution=2.0, condition="acell"),
    ]
    keys = {k: v for k, v in KEYS.items() if "cm" not in k} | {"incubation_min": 30}
    results, problems = alp.quantify(*rows, *alp.once("A1", 0.095, "blank"), *alp.once("A2", 0.095, "blank"), keys=keys)
    got = bench.readout(results, "alp_per_well")
    np.testing.assert_allclose(got.value, [1.5, 3.0], rtol=1e-6)
    assert bench.codes(problems) == []
    bare, problems = alp.quantify(*rows, keys=keys)
    assert bench.codes(problems) == ["MG346"]
    raw = bench.readout(bare, "alp_per_well")
    np.testing.assert_allclose(raw.value, [5 / 3, 10 / 3], rtol=1e-6)
    assert (got.ci_high - got.ci_low > raw.ci_high - raw.ci_low).all()


@pytest.mark.parametrize(("blanks", "apart"), [((0.095,), 0.0), ((0.085, 0.105), 0.02)])
def test_the_blanks_own_error_is_added_in_squares(alp, bench, blanks, apart):
    """By standards with s² = 12e-6 / 10 about a line: a blank is read to s / 0.009 uM, two of them to that over √2.

    Two blanks `apart` in OD vary by (apart / 0.009)² / 2, half of which is the variance of their mean, and far more.
    A half-width h becomes sqrt(h² + t² · variance · (1/30)²), t = 2.2281 for 10 df; 1 uM is 1/30 nmol/min here.
    """
    rows = [*alp.standards(reads=1), *alp.once("B1", 0.5, condition="acell")]
    keys = {k: v for k, v in KEYS.items() if "cm" not in k} | {"incubation_min": 30, "weighting": "none"}
    bare = bench.readout(alp.quantify(*rows, keys=keys)[0], "alp_per_well").iloc[0]
    read = [r for i, od in enumerate(blanks, 1) for r in alp.once(f"A{i}", od, "blank")]
    row = bench.readout(alp.quantify(*rows, *read, keys=keys)[0], "alp_per_well").iloc[0]
    variance = max(12e-6 / 10 / 0.009**2 / len(blanks), (apart / 0.009) ** 2 / 4)
    for side in ("ci_low", "ci_high"):
        half = abs(bare[side] - bare.value)
        expected = np.sqrt(half**2 + 2.228139**2 * variance / 30**2)
        assert abs(row[side] - row.value) == pytest.approx(expected, rel=1e-5)


def test_five_reads_without_a_straight_stretch_are_no_lower_bound(alp, bench):
    """Spent before it left the reader's range: the course bends, and how fast it began nobody can tell.

    Four reads are too few to see a bend in, so that the well counts as one that rose too soon: at least as fast as
    (1.15 − 0.1) / 4 OD/min until the read above, less 0.001 of the blanks.
    """
    od = [0.1, 0.7, 1.0, 1.15, 1.225] + [9.0] * 25
    for reads, flag in ((5, "no_linear_window"), (4, "above_curve;saturated")):
        status = ["ok"] * reads + ["above"] * (30 - reads)
        rows = alp.course("B1", od, status=status, condition="acell")
        row = bench.readout(alp.quantify(*alp.blanks(), *rows)[0], "alp_per_well").iloc[0]
        assert (row.flag, np.isnan(row.value)) == (flag, True)
        assert np.isnan(row.limit) == (reads == 5)
    assert row.limit == pytest.approx(((1.15 - 0.1) / 4 - 0.001) / 9 * 200 * 5)


def test_blanks_are_level_0_where_there_is_no_zero_standard(alp, bench):
    rows = [
        *alp.standards((25, 50, 100, 200, 300), reads=1),
        *alp.once("A1", 0.05, "blank"),
        *alp.once("A2", 0.05, "blank"),
    ]
    keys = {k: v for k, v in KEYS.items() if "cm" not in k} | {"incubation_min": 30}
    results, problems = alp.quantify(*rows, *alp.once("B1", 0.5, condition="acell"), keys=keys)
    assert bench.readout(results, "alp_per_well").value[0] == pytest.approx(5 / 3, rel=1e-3)
    assert bench.codes(problems) == []


# The whole -----------------------------------------------------------------------------------------------------------


def test_a_plate_that_does_not_fit_its_layout_is_refused(alp, bench, monkeypatch):
    monkeypatch.setattr("mgassay.assays.courses.alp.is_misplaced", lambda *_: True)
    rows = [*alp.blanks(), *alp.course("B1", 0.1 + 0.028 * MINUTES)]
    assert alp.quantify(*rows)[0].amounts.empty
    assert len(alp.quantify(*rows, confirm=("MG326",))[0].amounts) == 1


def test_settings_of_another_assay_are_our_bug(bench):
    with pytest.raises(TypeError, match="no alkaline phosphatase"):
        quantify_alp(bench.plate(bench.experiment(files=[bench.CA]), *bench.CALCIUM), Problems())


def test_effects_take_both_readouts_without_a_background(alp, bench):
    rows = [*alp.blanks(), *bench.PROTEIN, bench.pr("C1", 0.6), bench.pr("C2", 0.6, "ca20")]
    rows += [*alp.course("B1", 0.1 + 0.028 * MINUTES), *alp.course("B2", 0.1 + 0.010 * MINUTES, condition="ca20")]
    results, _ = alp.quantify(*rows, files=(ALP, bench.PR))
    means = means_from_amounts(alp.experiment((ALP, bench.PR), **KEYS), results.amounts, Problems())
    logs = means.set_index(["readout", "condition"]).log_mean
    assert logs["alp", "ca08"] - logs["alp", "ca20"] == pytest.approx(np.log(3), rel=1e-6)
    assert logs["alp_per_well", "ca08"] == pytest.approx(np.log(3.0), rel=1e-6)
    assert not means.flag.str.contains("no_background").any()


def test_intervals_of_simulated_plates_hold_the_true_activity(alp):
    """60 plates: pipetting CV 4 % in duplicate wells, blanks that differ by 0.0003 OD/min, reads of SD 2 mOD, a lag."""
    rng, hits, n = np.random.default_rng(8), 0, 0
    truth = np.array([0.004, 0.01, 0.02, 0.03])
    scale = 200 / 9 * 5
    exp = alp.experiment(**KEYS)
    for _ in range(60):
        rows = []
        for k in range(4):
            rate = 0.001 + rng.normal(0, 0.0003)
            rows += alp.course(f"A{k + 1}", np.round(0.05 + rate * MINUTES + rng.normal(0, 0.002, 30), 4), "blank")
        for k, rate in enumerate(truth):
            for r in "BC":
                own = rate * rng.normal(1, 0.04) + 0.001 + rng.normal(0, 0.0003)
                od = 0.1 + own * (MINUTES - 1.0 * (1 - np.exp(-MINUTES))) + rng.normal(0, 0.002, 30)
                rows += alp.course(f"{r}{k + 1}", np.round(od, 4), rep=str(k))
        raw = exp.files[0]
        measured = quantify_alp(Plate(exp, raw, exp.assay_settings(raw), tables.WELLS.frame(rows)), Problems()).measured
        kept = measured.dropna(subset="value")
        true = scale * truth[kept.rep.astype(int)]
        hits, n = hits + ((kept.ci_low <= true) & (true <= kept.ci_high)).sum(), n + len(kept)
    assert n >= 0.98 * 60 * 8
    assert 0.93 <= hits / n <= 0.99


def test_a_full_plate_is_fast(alp):
    """96 wells × 60 reads in under 0.2 s of CPU."""
    rng, minutes = np.random.default_rng(4), np.arange(60) / 2
    rows = [
        row
        for r in "ABCDEFGH"
        for c in range(1, 13)
        for row in alp.course(f"{r}{c}", 0.1 + rng.uniform(0.001, 0.05) * minutes + rng.normal(0, 0.002, 60),
                              "blank" if c == 1 else "sample", minutes, rep=f"{r}{c}")
    ]  # fmt: skip
    exp = alp.experiment(**KEYS)
    plate = Plate(exp, exp.files[0], exp.assay_settings(exp.files[0]), tables.WELLS.frame(rows))
    quantify_alp(plate, Problems())
    start = time.process_time()
    outcome = quantify_alp(plate, Problems())
    assert time.process_time() - start < 0.2
    assert len(outcome.measured) == 88
