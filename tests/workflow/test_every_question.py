"""One experiment that asks every question at once, from its files to the report, against its truth.

Four Mg levels, two harvest days, AngII as a further step, Mg added late, two comparators of which one was run under the
block as well, medium only and fixed cells, intracellular Mg, genes. Values are as a lab would hand them in that
measured calcium elsewhere; noise is small, so that an answer beside the truth is a mistake and no bad luck.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.workflow.conftest import errors_of, run_verbs, table_of

from mgassay.simulate.exports import PcrWell, quantstudio_text

DONORS, RUNS, REPS = ("D1", "D2", "D3", "D4", "D5"), ("run1", "run2", "run3", "run4"), ("1", "2", "3")
ARM_SD, REP_SD, GENE_SD = 0.04, 0.03, 0.06
# What Mg does to log mineral, against 0.8 mM: entry intact, under siRNA and 2-APB, medium alone, fixed cells.
INTACT = {0.8: 0.0, 1.4: 0.5, 2.0: 1.2, 3.0: 1.6}
BLOCKED = {0.8: 0.0, 1.4: 0.3, 2.0: 0.6, 3.0: 1.1}
ACELLULAR = {0.8: 0.0, 2.0: 0.3}
FIXED = {0.8: 0.0, 2.0: 0.4}
# What it does to log intracellular Mg; 2.0 mM under the block leaves 0.1 of 0.5, a fifth.
MG_INTACT = {0.8: 0.0, 1.4: 0.25, 2.0: 0.5, 3.0: 0.6}
MG_BLOCKED = {0.8: 0.0, 1.4: 0.05, 2.0: 0.1, 3.0: 0.2}
SEVENTH_DAY = {"intact": 0.8, "blocked": 0.5}
ANGII = {"intact": -0.5, "blocked": -0.1}
LATE, LATE_BLOCKED = 0.45, 0.3
COMPARATOR = 1.2
MEDIATED, DIRECT = 0.6, -0.9  # RUNX2, log2: per unit of log mineral, and of what enters at 2 mM
SETTINGS = """
[experiment]
title = "Every question"
[contrast]
mg_reference_mM = 0.8
mg_raised_mM = 2.0
[[step]]
name = "AngII"
column = "modulator"
reference = "none"
raised = "AngII"
[assays.qpcr]
reference_genes = ["GAPDH", "RPLP0"]
cycles = 40
"""


@dataclass(frozen=True)
class Arm:
    """A condition and its truth: mineral and intracellular Mg (natural log), RUNX2 beyond what mineral does (log2)."""

    name: str
    mg: float = 0.8
    medium: str = "calcifying"
    inhibitor: str = "none"
    sirna: str = "scramble"
    cells: str = "live"
    comparator: str = "none"
    modulator: str = "none"
    day: int = 14
    late: int = 0
    mineral: float = 0.0
    magnesium: float | None = None
    direct: float = 0.0


def _mg_arms():
    for mg in INTACT:
        yield Arm(f"scr_{mg}", mg, mineral=-INTACT[mg], magnesium=MG_INTACT[mg], direct=DIRECT * MG_INTACT[mg] / 0.5)
        yield Arm(f"si_{mg}", mg, sirna="TRPM7", mineral=0.05 - BLOCKED[mg], magnesium=MG_BLOCKED[mg],
                  direct=DIRECT * MG_BLOCKED[mg] / 0.5)  # fmt: skip
    for mg in ACELLULAR:
        yield Arm(f"none_{mg}", mg, sirna="none", mineral=-INTACT[mg], magnesium=MG_INTACT[mg])
        yield Arm(f"apb_{mg}", mg, sirna="none", inhibitor="2-APB", mineral=0.1 - BLOCKED[mg], magnesium=MG_BLOCKED[mg])
        yield Arm(f"medium_{mg}", mg, sirna="none", cells="none", mineral=-ACELLULAR[mg])
        yield Arm(f"fixed_{mg}", mg, sirna="none", cells="fixed", mineral=-FIXED[mg])


ARMS = (
    Arm("control", medium="control", mineral=-np.inf),
    Arm("d7_control", medium="control", mineral=-np.inf, day=7),
    Arm("medium_control", medium="control", sirna="none", cells="none", mineral=-np.inf),
    Arm("fixed_control", medium="control", sirna="none", cells="fixed", mineral=-np.inf),
    *_mg_arms(),
    Arm("d7_scr_0.8", day=7, mineral=-0.7),
    Arm("d7_scr_2.0", 2.0, day=7, mineral=-0.7 - SEVENTH_DAY["intact"]),
    Arm("d7_si_0.8", day=7, sirna="TRPM7", mineral=-0.7),
    Arm("d7_si_2.0", 2.0, day=7, sirna="TRPM7", mineral=-0.7 - SEVENTH_DAY["blocked"]),
    Arm("angii_scr", modulator="AngII", mineral=-ANGII["intact"]),
    Arm("angii_si", modulator="AngII", sirna="TRPM7", mineral=0.05 - ANGII["blocked"]),
    Arm("late_scr", 2.0, late=7, mineral=-LATE),
    Arm("late_si", 2.0, late=7, sirna="TRPM7", mineral=0.05 - LATE_BLOCKED),
    Arm("ppi_scr", comparator="pyrophosphate", mineral=-COMPARATOR),
    Arm("ppi_si", comparator="pyrophosphate", sirna="TRPM7", mineral=0.05 - COMPARATOR),
    Arm("fetuin_scr", comparator="fetuin-A", mineral=-COMPARATOR),
)
QPCR_ARMS = [a for a in ARMS if a.cells == "live" and a.inhibitor == "none" and a.sirna != "none" and a.day == 14]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)


def units(arm):
    return DONORS if arm.cells == "live" else RUNS


def measured(path, arms, unit, level, sd, rng):
    """A table of values measured elsewhere: `level` (natural log) of an arm and a donor's own."""
    rows = []
    for arm in arms:
        for k, donor in enumerate(units(arm)):
            own = level(arm, k) + ARM_SD * rng.standard_normal() * (sd > 0)
            rows += [(arm.name, donor, r, f"{np.exp(own + sd * rng.standard_normal()):.6g}", unit) for r in REPS]
    write(path, [("condition", "donor", "rep", "value", "unit"), *rows])


def make_folder(folder: Path) -> None:
    rng = np.random.default_rng(20261126)
    donor = 0.35 * rng.standard_normal(len(DONORS))
    truth = {a.name: a.mineral for a in ARMS}

    def mineral(arm, k):
        return np.log(2.0) if truth[arm.name] == -np.inf else np.log(100.0) + donor[k] + truth[arm.name]

    measured(folder / "raw/calcium.csv", ARMS, "ug/mg", mineral, REP_SD, rng)
    with_mg = [a for a in ARMS if a.magnesium is not None]
    measured(folder / "raw/mg.csv", with_mg, "mM", lambda a, _: np.log(0.5) + a.magnesium, REP_SD / 4, rng)
    (folder / "raw/genes.txt").write_bytes(quantstudio_text("genes", cq_wells(donor, rng)))
    samples = [(f"{d} {a.name}", a.name, d, "1") for a in QPCR_ARMS for d in DONORS]
    write(folder / "samples.csv", [("sample", "condition", "donor", "rep"), *samples])
    files = [
        ("raw/calcium.csv", "calcium", "table"),
        ("raw/mg.csv", "mg_intracellular", "table"),
        ("raw/genes.txt", "qpcr", ""),
    ]
    write(folder / "files.csv", [("file", "assay", "plate", "reader"), *((f, a, Path(f).stem, r) for f, a, r in files)])
    head = "condition medium mg_mM inhibitor sirna cells comparator modulator day mg_from_day".split()
    rows = [
        (a.name, a.medium, a.mg, a.inhibitor, a.sirna, a.cells, a.comparator, a.modulator, a.day, a.late) for a in ARMS
    ]
    write(folder / "conditions.csv", [head, *rows])
    (folder / "experiment.toml").write_text(SETTINGS)


def cq_wells(donor, rng):
    """RUNX2, TRPM7 and two reference genes of every sample, once each."""
    wells = []
    for arm in QPCR_ARMS:
        for k, name in enumerate(DONORS):
            mineral = 0.0 if arm.mineral == -np.inf else MEDIATED * (arm.mineral + donor[k])
            noise = GENE_SD * rng.standard_normal(4)
            level = {
                "RUNX2": mineral + arm.direct,
                "TRPM7": np.log2(0.25) * (arm.sirna == "TRPM7"),
                "GAPDH": 0.0,
                "RPLP0": 0.0,
            }
            base = {"RUNX2": 27.0, "TRPM7": 25.0, "GAPDH": 17.0, "RPLP0": 18.0}
            for (gene, up), off in zip(level.items(), noise, strict=True):
                wells.append(PcrWell(len(wells), f"{name} {arm.name}", gene, "UNKNOWN", base[gene] - up + off))
    return wells


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("lab") / "every", tmp_path_factory.mktemp("results") / "every"
    make_folder(folder)
    return run_verbs(folder, made)


def test_nothing_is_wrong_with_it(results):
    assert errors_of(results).empty, errors_of(results).to_string()


def one(rows, **wanted):
    """The one row that has these values."""
    for column, value in wanted.items():
        rows = rows[rows[column].isna() if value is None else rows[column] == value]
    assert len(rows) == 1, rows.to_string()
    return rows.iloc[0]


# Arms differ by 0.04 within a donor, so that a contrast of two of them over five donors has an SE of .025: four SE.
NEAR = 0.1
DOSE = {"contrast": "dose"}
SERIES = [(mg, method) for mg in (1.4, 2.0, 3.0) for method in ("donor_t", "dunnett")]
ASKED = {"readout": "calcium", "scale": "log", "block": "siTRPM7", "day": 14, "step": "Mg", "mg_raised_mM": 2.0}


@pytest.mark.parametrize(
    ("truth", "wanted"),
    [
        (1.2, {"contrast": "total"}),
        (0.6, {"contrast": "blocked"}),
        (0.6, {"contrast": "interaction"}),
        (-0.05 + 0.1, {"contrast": "block_main"}),  # siRNA alone adds 0.05
        (0.3, {"contrast": "surface", "method": "welch"}),
        (0.3, {"contrast": "acellular", "block": None}),
        (1.2, {"contrast": "total", "block": "2-APB"}),
        (0.6, {"contrast": "blocked", "block": "2-APB"}),
        (0.8, {"contrast": "total", "day": 7}),
        (0.5, {"contrast": "blocked", "day": 7}),
        (0.3, {"contrast": "interaction", "day": 7}),
        (-0.5, {"contrast": "total", "step": "AngII", "mg_raised_mM": 0.8}),
        (-0.1, {"contrast": "blocked", "step": "AngII", "mg_raised_mM": 0.8}),
        *((INTACT[mg], {**DOSE, "method": m, "mg_raised_mM": mg, "block": None}) for mg, m in SERIES),
        *((BLOCKED[mg], {**DOSE, "method": m, "mg_raised_mM": mg}) for mg, m in SERIES),
    ],
)
def test_effects_are_the_true_ones(results, truth, wanted):
    row = one(table_of(results, "effects"), **{**ASKED, "method": "donor_t", **wanted})
    assert row.estimate == pytest.approx(truth, abs=NEAR)
    assert row.ci_low - 0.02 < truth < row.ci_high + 0.02
    assert row.n_donors == (4 if wanted["contrast"] == "acellular" else 5)


@pytest.mark.parametrize(
    ("truth", "wanted"),
    [
        (0.5, {"share": "intracellular"}),
        (0.25, {"share": "surface"}),
        (0.25, {"share": "passive"}),
        (0.625, {"share": "intracellular_corrected"}),  # 0.5 / (1 - 0.2)
        (0.625, {"share": "intracellular_corrected", "block": "2-APB"}),
        (0.4, {"share": "intracellular", "mg_raised_mM": 1.4}),
        (0.5 / 1.6, {"share": "intracellular", "mg_raised_mM": 3.0}),
        (0.375, {"share": "intracellular", "day": 7}),
        (0.8, {"share": "intracellular", "step": "AngII", "mg_raised_mM": 0.8}),
    ],
)
def test_shares_hold_the_truth(results, truth, wanted):
    plain = {
        "readout": "calcium",
        "scale": "log",
        "method": "fieller_donor",
        "block": "siTRPM7",
        "day": 14,
        "step": "Mg",
    }
    row = one(table_of(results, "shares"), **{**plain, "mg_raised_mM": 2.0, **wanted})
    assert row.identifiable
    assert row.ci_low - 0.02 < truth < row.ci_high + 0.02


def test_rho_is_told_by_magnesium_and_by_mrna(results):
    rho = table_of(results, "rho")
    primary = rho[(rho.mg_raised_mM == 2.0) & rho.readout.isna()]
    assert one(primary, block="siTRPM7", source="mg_intracellular").rho == pytest.approx(0.2, abs=0.1)
    assert one(primary, block="2-APB", source="mg_intracellular").rho == pytest.approx(0.2, abs=0.1)
    assert one(primary, block="siTRPM7", source="gene:TRPM7").rho == pytest.approx(0.25, abs=0.05)


def test_late_magnesium_is_progression_against_initiation(results):
    late = table_of(results, "checks").query("check == 'late_mg' and block != block")
    assert one(late, subject="mg_from_day 7").estimate == pytest.approx(LATE, abs=NEAR)
    assert one(late, subject="mg_from_day 7, of total").estimate == pytest.approx(LATE / 1.2, abs=NEAR)


def test_blocks_agree_comparators_match_and_the_block_leaves_a_comparator_alone(results):
    checks = table_of(results, "checks")
    assert one(checks, check="agreement", subject="2-APB").passed
    assert one(checks, check="match", subject="pyrophosphate", block=None).passed
    assert not one(checks, check="match", subject="pyrophosphate", block="siTRPM7").passed
    assert one(checks, check="equivalence", subject="falsification:pyrophosphate").passed


@pytest.mark.parametrize("estimand", ["matched_mineral", "adjusted"])
def test_a_direct_effect_on_runx2_is_claimed_and_none_on_trpm7(results, estimand):
    genes = table_of(results, "genes").query("estimand == @estimand and block != block")
    runx2, trpm7 = genes[genes.gene == "RUNX2"], genes[genes.gene == "TRPM7"]
    assert len(runx2) == (2 if estimand == "matched_mineral" else 1)
    assert (runx2.estimate - DIRECT).abs().max() < 0.2
    assert runx2.flag.str.contains("direct").all()
    assert not trpm7.flag.str.contains("direct").any()


def test_the_verdict_names_what_holds_it_back(results):
    verdict = json.loads((results / "verdict.json").read_text())
    assert (verdict["grade"], verdict["identifiable"], verdict["missing"]) == ("B", True, [])
    assert [r["rule"] for r in verdict["rules"] if r["rule"] == "scale_robust" and not r["fired"]]
    for sentence in verdict["sentences"]:
        assert (results / "tables" / sentence["table"]).is_file()


def test_the_report_shows_every_question(results):
    page = (results / "report.html").read_text()
    for word in ("AngII", "fetuin-A", "late", "tipping", "1.4"):
        assert word in page
