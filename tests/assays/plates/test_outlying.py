"""Wells that do not agree with their replicates, on plates worked by hand (conftest.py of the assays)."""

import pytest


def technical(bench, shift, n=3):
    """Six reps in technical wells 1 mOD apart, one well of the third rep so far off."""
    offsets = (0.001, -0.001, 0.0)[:n]
    return [
        bench.ca(f"{'CDEFGH'[r]}{i + 1}", 0.3 + 0.1 * r + d + shift * (r == 2 and i == 1), "acell", rep=str(r + 1))
        for r in range(6)
        for i, d in enumerate(offsets)
    ]


def run(bench, shift, n=3, **calcium):
    exp = bench.experiment({"weighting": "none", **calcium}, files=[bench.CA])
    return bench.quantify(exp, *bench.CALCIUM, *technical(bench, shift, n))


def told(problems):
    return [(p.code, p.place) for p in problems if p.code in ("MG331", "MG332")]


def test_a_technical_well_that_stands_apart_is_flagged_and_counts(bench):
    results, problems = run(bench, 0.05)
    assert told(problems) == [("MG331", "E2")]
    per_well = bench.readout(results, "calcium_per_well").set_index("well")
    assert per_well.flag["E2"] == "outlier"
    assert (per_well.flag.drop("E2") == "").all()
    assert per_well.value["E2"] == pytest.approx((0.5 - 0.001 + 0.05 - 0.05) / 0.01 * 2 * 0.2, rel=1e-6)
    assert results.exclusions.empty


def test_asked_for_it_is_left_out_and_listed(bench):
    results, problems = run(bench, 0.05, outliers="remove")
    assert told(problems) == [("MG332", "E2")]
    assert "E2" not in set(bench.readout(results, "calcium_per_well").well)
    row = results.exclusions.iloc[0]
    assert (row.assay, row.plate, row.well, row.donor, row.rule, row.by) == (
        "calcium", "calcium_D1", "E2", "D1", "outlier among its replicates", "mgassay",
    )  # fmt: skip
    assert row.value == pytest.approx(0.549)


def test_of_a_pair_both_are_flagged_and_neither_is_left_out(bench):
    results, problems = run(bench, 0.05, n=2, outliers="remove")
    assert told(problems) == [("MG331", "E1;E2")]
    assert {"E1", "E2"} <= set(bench.readout(results, "calcium_per_well").well)


def test_reps_that_differ_are_biology_and_not_outliers(bench):
    """One rep ten times the others, its technical wells in agreement."""
    rows = [{**r, "value": 1.5 + (r["value"] - 0.5)} if r["rep"] == "3" else r for r in technical(bench, 0.0)]
    exp = bench.experiment({"weighting": "none"}, files=[bench.CA])
    assert told(bench.quantify(exp, *bench.CALCIUM, *rows)[1]) == []


@pytest.mark.parametrize(("own", "other"), [(10.0, 2.0), (1.0, None)])
def test_wells_of_another_dilution_are_no_replicates(bench, own, other):
    """Where a well says none it has the assay's, which is 2 here."""
    rows = [{**r, "dilution": own if r["well"].endswith("2") else other} for r in technical(bench, 0.05)]
    exp = bench.experiment({"weighting": "none"}, files=[bench.CA])
    assert told(bench.quantify(exp, *bench.CALCIUM, *rows)[1]) == []


@pytest.mark.parametrize(
    ("weighting", "unit", "places"), [("1/x2", "ug/mL", ["C2"]), ("1/x2", "mg/mL", ["C2"]), ("none", "ug/mL", [])]
)
def test_wells_are_weighted_as_the_standards_are(bench, weighting, unit, places):
    """Technical wells 2 % apart at every height, one low well a third (20 mOD) too high.

    Where the SD follows the signal that is far; beside the scatter of ±24 mOD of the highest rep it is nothing. The
    unit of the standards (10 to 160 ug/mL, .01 to .16 mg/mL) changes nothing.
    """
    rows = [
        bench.ca(
            f"{'CDEFGH'[r]}{i + 1}", 0.05 + above * (1 + off) + 0.02 * (r == 0 and i == 1), "acell", rep=str(r + 1)
        )
        for r, above in enumerate((0.06, 0.1, 0.2, 0.4, 0.8, 1.2))
        for i, off in enumerate((-0.02, 0.0, 0.02))
    ]
    exp = bench.experiment({"weighting": weighting, "standard_unit": unit}, files=[bench.CA])
    per_unit = 1000 if unit == "mg/mL" else 1
    standards = [{**row, "standard": row["standard"] / per_unit} for row in bench.CALCIUM]
    assert [p for _, p in told(bench.quantify(exp, *standards, *rows)[1])] == places


def test_a_well_that_was_not_read_is_not_tested(bench):
    rows = technical(bench, 0.05)
    rows = [{**r, "value": None, "status": "above"} if r["well"] == "E2" else r for r in rows]
    exp = bench.experiment({"weighting": "none"}, files=[bench.CA])
    assert told(bench.quantify(exp, *bench.CALCIUM, *rows)[1]) == []
