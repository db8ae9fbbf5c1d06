"""Published ΔΔCq through the pipeline's own functions, to every printed digit.

Error bars of those papers are of technical replicates, which no result here rests on: SDs are taken from what the
pipeline knows of its technical means, and put together as the paper does.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.qpcr.qpcr import expression_from_qpcr, qpcr_from_wells
from mgassay.assays.qpcr.rank_shift import shift_between
from mgassay.assays.qpcr.technical import technical_means
from mgassay.effects.estimators.intervals import donor_estimate, t_quantile, welch_estimate
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, Settings
from mgassay.problems import Problems

REFERENCE = Path(__file__).parents[2] / "reference" / "qpcr"
SETTINGS = Settings(
    contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0),
    assays=Assays(qpcr=QpcrSettings(reference_genes=("reference",), efficiency=2.0, cycles=40)),
)
EXPERIMENT = Experiment("published", SETTINGS, tables.CONDITIONS.frame(), ())


def numbers(name):
    with (REFERENCE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


EXPECTED = {(r["dataset"], r["quantity"]): r for r in numbers("expected.csv")}
LIVAK = ("brain dCt", "kidney dCt", "ddCt", "RQ kidney", "RQ lo", "RQ hi")


def published(dataset, quantity):
    """The number before rounding, after proof that it rounds to the printed one within the paper's own precision."""
    row = EXPECTED[dataset, quantity]
    assert abs(float(row["unrounded"]) - float(row["expected"])) <= float(row["tolerance"])
    return pytest.approx(float(row["unrounded"]), rel=1e-8)


def wells(samples):
    """QPCR from (condition, rep) -> (target Cq, reference Cq) of its technical replicates."""
    rows = [
        {"plate": "P", "well": f"{letter}{i}", "role": "sample", "condition": c, "donor": "D1", "rep": rep,
         "cycles": 40, "target": name, "cq": float(cq), "status": "value"}
        for (letter, ((c, rep), pair)) in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef", samples.items(), strict=False)
        for name, cqs in zip(("target", "reference"), pair, strict=True)
        for i, cq in enumerate(cqs, 1)
    ]  # fmt: skip
    return qpcr_from_wells(EXPERIMENT, tables.QPCR_WELLS.frame(rows), Problems())


def minus_dcq(qpcr):
    """Log2 expression by condition, in order of samples; with an efficiency of 2 it is −ΔCq."""
    found = expression_from_qpcr(EXPERIMENT, qpcr, Problems())
    return {c: rows["value"].to_numpy() for c, rows in found.groupby("condition", sort=False)}


def livak(table):
    rows = [r for r in numbers("livak2001.csv") if r["table"] == table]
    return {
        (tissue, "1"): tuple([float(r[gene]) for r in rows if r["tissue"] == tissue] for gene in ("c_myc", "gapdh"))
        for tissue in ("brain", "kidney")
    }


def spread(qpcr, condition):
    """√(SD² + SD²) of the two genes' replicates, from the variance of their technical means."""
    own = technical_means(qpcr.assign(gene=qpcr["target"])[qpcr["condition"] == condition])
    return np.sqrt((own["variance"] * own["n"]).sum())


@pytest.mark.parametrize(("table", "same_well"), [("ct1", False), ("ct2", True)])
def test_livak_2001_every_printed_number(table, same_well):
    samples = livak(table)
    qpcr = wells(samples)
    expression = {c: v.item() for c, v in minus_dcq(qpcr).items()}
    ddcq = expression["brain"] - expression["kidney"]
    target, reference = map(np.array, samples["kidney", "1"])
    # amplified in one well, the SD is that of the wells' differences (section 2.4): the pipeline pairs no wells
    sd = (target - reference).std(ddof=1) if same_well else spread(qpcr, "kidney")
    told = (-expression["brain"], -expression["kidney"], ddcq, 2**-ddcq, 2 ** -(ddcq + sd), 2 ** -(ddcq - sd))
    for quantity, value in zip(LIVAK, told, strict=True):
        assert value == published(f"livak2001_{table}", quantity), quantity


def test_yuan_2006_t_test_and_rank_test():
    """Every well is a sample of its own there; the pooled t is Welch's with 2n − 2 df where both n are alike."""
    rows = numbers("yuan2006.csv")
    samples = {
        (r["group"], str(i)): ([float(r["target"])], [float(r["reference"])]) for i, r in enumerate(rows)
    }  # 12 and 12
    dcq = {group: -values for group, values in minus_dcq(wells(samples)).items()}
    treated, control = dcq["treatment"], dcq["control"]
    found = welch_estimate(donor_estimate(treated), donor_estimate(control))
    half = t_quantile(len(treated) + len(control) - 2.0, 0.95) * found.se
    assert found.estimate == published("yuan2006", "t-test est")
    assert found.estimate - half == published("yuan2006", "pooled t CI lo")
    assert found.estimate + half == published("yuan2006", "pooled t CI hi")
    by_ranks = shift_between(treated, control)
    assert by_ranks.estimate == published("yuan2006", "Wilcoxon HL est")
    assert by_ranks.low == published("yuan2006", "HL lo")
    assert by_ranks.high == published("yuan2006", "HL hi")


YUAN = ("t-test est", "pooled t CI lo", "pooled t CI hi", "Wilcoxon HL est", "HL lo", "HL hi")


def test_every_livak_and_yuan_number_is_asked_for():
    livak = {(f"livak2001_{table}", quantity) for table in ("ct1", "ct2") for quantity in LIVAK}
    assert set(EXPECTED) == livak | {("yuan2006", quantity) for quantity in YUAN}


def test_no_number_of_the_reference_set_is_left_out(shared):
    with (shared / "reference" / "qpcr" / "expected.csv").open(encoding="utf-8") as lines:
        theirs = {(r["dataset"], r["quantity"]): float(r["expected"]) for r in csv.DictReader(lines)}
    ours = {key: float(r["expected"]) for key, r in EXPECTED.items()}
    assert ours == {k: x for k, x in theirs.items() if k[0].startswith(("livak", "yuan"))}
