"""A small experiment by hand: four donors, two blocks, an acellular arm; numbers chosen, not computed."""

import dataclasses
import math
from pathlib import Path

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, Settings
from mgassay.report.report_input import ReportInput
from mgassay.report.rows import Tables

STEP = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg"}
DONORS = ("D1", "D2", "D3", "D4")
RUNS = ("run1", "run2")
# condition, medium, mg_mM, inhibitor, sirna, cells
CONDITIONS = [
    ("control", "control", 0.8, "none", "none", "live"),
    ("ca_mg08", "calcifying", 0.8, "none", "none", "live"),
    ("ca_mg20", "calcifying", 2.0, "none", "none", "live"),
    ("apb_mg08", "calcifying", 0.8, "2-APB", "none", "live"),
    ("apb_mg20", "calcifying", 2.0, "2-APB", "none", "live"),
    ("scr_mg08", "calcifying", 0.8, "none", "scramble", "live"),
    ("scr_mg20", "calcifying", 2.0, "none", "scramble", "live"),
    ("si_mg08", "calcifying", 0.8, "none", "TRPM7", "live"),
    ("si_mg20", "calcifying", 2.0, "none", "TRPM7", "live"),
    ("acell_mg08", "calcifying", 0.8, "none", "none", "none"),
    ("acell_mg20", "calcifying", 2.0, "none", "none", "none"),
]
LOG_MEAN = {
    "ca_mg08": 3.0, "ca_mg20": 1.8, "apb_mg08": 3.1, "apb_mg20": 2.5, "scr_mg08": 3.0, "scr_mg20": 1.8,
    "si_mg08": 3.0, "si_mg20": 2.5, "acell_mg08": 2.2, "acell_mg20": 1.9,
}  # fmt: skip


def make_experiment(title="Mg²⁺ and TRPM7"):
    columns = ("condition", "medium", "mg_mM", "inhibitor", "sirna", "cells")
    settings = {
        "experiment": {"title": title, "cells": "human aortic VSMC"},
        "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
    }
    conditions = tables.CONDITIONS.frame(dict(zip(columns, c, strict=True)) for c in CONDITIONS)
    return Experiment(
        "mg-hand", Settings.model_validate(settings), conditions.assign(comparator="none", modulator="none"), ()
    )


def means():
    units = {c[0]: RUNS if c[5] == "none" else DONORS for c in CONDITIONS if c[0] != "control"}
    return [
        {"readout": "calcium_per_well", "condition": c, "donor": d, "log_mean": LOG_MEAN[c] + 0.1 * i, "n_reps": 3}
        for c, donors in units.items()
        for i, d in enumerate(donors)
    ]


def amounts():
    return [
        {
            "experiment": "mg-hand", "assay": "calcium", "readout": "calcium_per_well", "plate": "P1",
            "well": f"{'ABCDEFGH'[i % 8]}{4 + i // 8}", "condition": m["condition"], "donor": m["donor"], "rep": "1",
            "value": math.exp(m["log_mean"]), "unit": "ug/well",
            "flag": "below_loq" if i == 0 else "",
        }
        for i, m in enumerate(means())
    ]  # fmt: skip


def effect(block, contrast, estimate, low, high, p, n, **more):
    return {
        "readout": "calcium_per_well", "block": block, "contrast": contrast, **STEP, "scale": "log",
        "method": "donor_t", "estimate": estimate, "ci_low": low, "ci_high": high, "p": p,
        "p_adjusted": min(1.0, 2 * p), "n_donors": n, **more,
    }  # fmt: skip


def effects():
    rows = [effect("", "acellular", 0.294, 0.151, 0.437, 0.0312, 2)]
    for block, b, lost in (("siTRPM7", 0.517, 0.688), ("2-APB", 0.602, 0.598)):
        rows += [
            effect(block, "total", 1.2046, 0.9213, 1.4879, 0.00031, 4),
            effect(block, "total", 0.6968, 0.6017, 0.7919, 0.0002, 4, scale="additive"),
            effect(block, "blocked", b, 0.311, 0.735, 0.0042, 4),
            effect(block, "interaction", lost, 0.402, 0.974, 0.0051, 4),
            effect(block, "surface", 0.223, 0.011, 0.435, 0.0437, 4, method="welch"),
            effect(block, "block_main", -0.0151, -0.1249, 0.0947, 0.68, 4),
            effect(block, "total", 1.2046, 1.01, 1.4, 0.0001, 4, method="block_anova"),
        ]
    return rows


def share(block, name, estimate, low, high, **more):
    return {
        "readout": "calcium_per_well", "block": block, "share": name, "scale": "log", "method": "fieller_donor",
        "estimate": estimate, "ci_low": low, "ci_high": high, "interval": "bounded",
        "identifiable": True, **STEP, **more,
    }  # fmt: skip


def shares():
    return [
        share(block, *row)
        for block in ("siTRPM7", "2-APB")
        for row in (
            ("passive", 0.244, 0.121, 0.367),
            ("surface", 0.185, 0.021, 0.349),
            ("intracellular", 0.571, 0.432, 0.714),
        )
    ] + [share("siTRPM7", "intracellular", 0.443, 0.287, 0.601, scale="additive")]


def genes():
    common = {"n_donors": 4, "p": 0.012, "p_adjusted": 0.024}
    return [
        {"gene": "RUNX2", "estimand": "total", "estimate": -0.9712, "ci_low": -1.38, "ci_high": -0.56, **common},
        {"gene": "RUNX2", "block": "siTRPM7", "estimand": "total", "estimate": -0.2, "ci_low": -0.6, "ci_high": 0.2,
         "n_donors": 4, "p": 0.3, "p_adjusted": 0.6},
    ]  # fmt: skip


def checks():
    return [
        {"readout": "calcium_per_well", "block": "siTRPM7", "check": "agreement", "subject": "2-APB",
         "estimate": 0.0904, "ci_low": -0.141, "ci_high": 0.322, "bound_low": -0.6931,
         "bound_high": 0.6931, "passed": True},
        {"readout": "calcium_per_well", "block": "siTRPM7", "check": "equivalence", "subject": "total",
         "estimate": 1.2046, "ci_low": 1.0, "ci_high": 1.4, "bound_low": -0.405, "bound_high": 0.405, "passed": False},
    ]  # fmt: skip


def equivalence():
    """The test of `checks` that is not passed: T is there."""
    return [
        {"readout": "calcium_per_well", "block": "siTRPM7", "check": "equivalence", "subject": "total", "fold": 1.5,
         "outcome": "different", "n_donors": 4},
    ]  # fmt: skip


def series():
    """Dose rows of two levels, intact and under siTRPM7; the declared level among them."""
    levels = ((1.4, "", 0.5, 0.3, 0.7), (2.0, "", 1.2, 0.9, 1.5), (1.4, "siTRPM7", 0.3, 0.1, 0.5),
              (2.0, "siTRPM7", 0.52, 0.3, 0.74))  # fmt: skip
    return [
        effect(block, "dose", e, low + less, high - less, 0.004, 4, method=m, mg_raised_mM=mg, p_adjusted=0.007)
        for mg, block, e, low, high in levels
        for m, less in (("donor_t", 0.0), ("dunnett", 0.01))
    ]


def level_shares():
    """The intracellular share at 1.4 mM, under siTRPM7 bounded, under 2-APB not."""
    told = share("siTRPM7", "intracellular", 0.4, 0.1, 0.65, mg_raised_mM=1.4)
    return [
        told,
        {**told, "block": "2-APB", "ci_low": math.nan, "ci_high": math.nan, "interval": "unbounded",
         "identifiable": False},
    ]  # fmt: skip


def on_days(rows, *days):
    """The same rows on every day."""
    return [{**r, "day": day} for day in days for r in rows]


def days_experiment(*days):
    """The experiment harvested on these days: its conditions anew for each."""
    base = make_experiment()
    copies = [base.conditions.assign(day=d, condition=base.conditions["condition"] + f"_{d}") for d in days]
    return dataclasses.replace(base, conditions=pd.concat(copies, ignore_index=True))


def rho_rows():
    """Rho under siTRPM7 by Mg_i and by mRNA, under 2-APB without a bounded set; and the slope of one readout."""
    common = {"block": "siTRPM7", **STEP, "n_donors": 4, "interval": "bounded"}
    return [
        {**common, "source": "mg_intracellular", "rho": 0.19, "ci_low": 0.07, "ci_high": 0.31},
        {**common, "source": "gene:TRPM7", "rho": 0.62, "ci_low": 0.5, "ci_high": 0.74, "flag": "proxy_rho"},
        {**common, "block": "2-APB", "source": "mg_intracellular", "rho": 0.3, "ci_low": -0.2, "ci_high": 1.4,
         "interval": "two_rays"},
        {**common, "source": "mg_intracellular", "rho": 0.19, "ci_low": 0.07, "ci_high": 0.31,
         "readout": "calcium_per_well", "slope": 1.6, "slope_low": 1.16, "slope_high": 2.19,
         "slope_interval": "bounded"},
    ]  # fmt: skip


def late():
    """Mg raised from day 7, intact and under siTRPM7: the effect, and the part of the protection that it is."""
    row = {"readout": "calcium_per_well", "check": "late_mg"}
    return [
        {**row, "subject": "mg_from_day 7", "estimate": 0.44, "ci_low": 0.37, "ci_high": 0.51, "bound_low": 0.0,
         "bound_high": 0.405, "passed": True},
        {**row, "subject": "mg_from_day 7, of total", "estimate": 0.36, "ci_low": 0.32, "ci_high": 0.39,
         "bound_low": 0.5, "bound_high": 0.5, "passed": False},
        {**row, "block": "siTRPM7", "subject": "mg_from_day 7", "estimate": 0.1, "ci_low": -0.2, "ci_high": 0.4,
         "bound_low": 0.0, "bound_high": 0.405},
        {**row, "block": "siTRPM7", "subject": "mg_from_day 7, of total", "estimate": 0.2, "flag": "total_near_zero"},
    ]  # fmt: skip


def every_question() -> ReportInput:
    """The same experiment harvested on two days, with a dose series, AngII as a step, Mg raised late, and rho."""
    angii = [{**r, "step": "AngII", "mg_raised_mM": 0.8} for r in (*effects(), *shares())]
    low = [{**r, "mg_raised_mM": 1.4} for r in effects() if r["contrast"] != "acellular"]
    asked = [*effects(), *low, *series(), *(r for r in angii if "contrast" in r)]
    divided = [*shares(), *level_shares(), *(r for r in angii if "share" in r)]
    corrected = [share("siTRPM7", "intracellular_corrected", 0.7, 0.5, 0.9, rho=0.19)]
    later = [*on_days([*asked], "14"), *on_days(effects(), "7")]
    rows = {
        "effects": [*later, *({**r, "readout": "gene:RUNX2"} for r in on_days(series(), "14"))],
        "shares": [*on_days([*divided, *corrected], "14"), *on_days(shares(), "7")],
        "checks": [*checks(), *late()],
        "rho": on_days(rho_rows(), "14"),
    }
    made = make_tables() | {name: tables.BY_NAME[name].frame(held) for name, held in rows.items()}
    return make_input(experiment=days_experiment("7", "14"), tables=made)


def plate():
    """Readings and wells of one plate: four standards, then the samples of `amounts`."""
    wells = [
        {"well": f"{'ABCD'[i]}1", "role": "standard", "standard": s} for i, s in enumerate((0.0, 10.0, 40.0, 120.0))
    ]
    keep = ("well", "condition", "donor", "rep")
    wells += [{"role": "sample", **{k: a[k] for k in keep}} for a in amounts()]
    common = {"plate": "P1", "channel": "A575", "wavelength_nm": 575.0, "read_index": 1, "status": "ok"}
    wells = [{**common, "assay": "calcium", "value": 0.06 + 0.01 * i, **w} for i, w in enumerate(wells)]
    readings = [
        {**common, "file": "raw/P1.txt", "sheet": "", "place": f"line {10 + i}", "well": w["well"], "value": w["value"]}
        for i, w in enumerate(wells)
    ]
    return readings, wells


def curve():
    curves = [{
        "plate": "P1", "assay": "calcium", "model": "quadratic", "weighting": "1/x", "r2_means": 0.99999,
        "parameters": "intercept=0.06;slope=0.016;quadratic=-1e-05", "lod": 0.4, "loq": 1.2, "range_low": 10.0,
        "range_high": 120.0, "unit": "ug/mL", "levels": 3, "levels_pass": 2, "assessed": "fail", "flag": "curve_failed",
    }]  # fmt: skip
    levels = (
        (0.0, 0.06, math.nan, None),
        (10.0, 0.25, 21.9, False),
        (40.0, 0.68, -1.5, True),
        (120.0, 1.84, 0.2, True),
    )
    standards = [
        {"plate": "P1", "assay": "calcium", "standard": s, "n": 2, "signal": y, "fitted": y, "back_calculated": s,
         "error_percent": e, "pass": ok}
        for s, y, e, ok in levels
    ]  # fmt: skip
    return curves, standards


def images():
    common = {
        "plate": "alizarin_1",
        "donor": "D1",
        "rep": "1",
        "threshold_od": 0.15,
        "threshold_source": "plate_controls",
    }
    return [
        {**common, "file": f"images/{c}.jpg", "well": w, "condition": c, "area_fraction": area, "area_low": area * 0.9,
         "area_high": area * 1.1, "integrated_od": 0.1, "nodules": 12}
        for c, w, area in (("ca_mg20", "A2", 0.043), ("ca_mg08", "A1", 0.161))
    ]  # fmt: skip


def image_quality():
    common = {"plate": "alizarin_1", "white_source": "own", "drift_od": 0.0, "focus_relative": 1.0, "stain_r": 0.38,
              "stain_g": 0.73, "stain_b": 0.57, "stain_pixels": 400}  # fmt: skip
    return [{**common, "file": i["file"], "well": i["well"]} for i in images()]


def image_wells():
    kept = ("plate", "well", "condition", "donor", "rep", "area_fraction", "area_low", "area_high", "integrated_od")
    more = {"fields": 1, "mean_od": 0.6, "nodules": 12, "median_nodule_area": 400.0, "field_area": 3e5}
    return [{**{k: i[k] for k in kept}, **more, "area_unit": "um2"} for i in images()]


def nodule_sizes():
    common = {"plate": "alizarin_1", "donor": "D1", "rep": "1", "area_unit": "um2"}
    return [
        {**common, "well": i["well"], "condition": i["condition"], "area_from": 2.0**k, "area_to": 2.0 ** (k + 1),
         "nodules": (k - 5) * (12 - k)} for i in images() for k in range(5, 13)
    ]  # fmt: skip


def stain_histograms():
    shares = {"control": (9900, 0), "ca_mg08": (8000, 70), "ca_mg20": (9000, 30)}
    return [
        {"plate": "alizarin_1", "condition": c, "od_from": k * 256 / 14_000, "pixels": first if k == 0 else stained}
        for c, (first, stained) in shares.items()
        for k in (0, *range(20, 50))
        if k == 0 or stained
    ]


def qpcr():
    common = {"plate": "Q1", "cycles": 40, "efficiency": 2.0}
    return [
        {**common, "well": "A1", "condition": "ca_mg08", "donor": "D1", "rep": "1", "target": "RUNX2", "role": "sample",
         "cq": 24.5, "status": "value"},
        {**common, "well": "A2", "condition": "ca_mg08", "donor": "D1", "rep": "1", "target": "RUNX2", "role": "sample",
         "status": "undetermined", "flag": "undetermined"},
        {**common, "well": "H1", "target": "RUNX2", "role": "ntc", "cq": 36.25, "status": "value"},
        {**common, "well": "H2", "target": "RUNX2", "role": "ntc", "status": "undetermined"},
    ]  # fmt: skip


def make_tables() -> dict[str, pd.DataFrame]:
    readings, wells = plate()
    curves, standards = curve()
    rows = {
        "readings": readings, "wells": wells, "amounts": amounts(), "means": means(), "effects": effects(),
        "shares": shares(), "genes": genes(), "checks": checks(), "curves": curves,
        "equivalence": equivalence(), "standards": standards,
        "images": images(), "image_quality": image_quality(), "image_wells": image_wells(),
        "nodule_sizes": nodule_sizes(), "stain_histograms": stain_histograms(), "qpcr": qpcr(),
        "problems": [{"code": "MG324", "severity": "warning", "message": "It sees Mg.", "remedy": "Run mg_control."}],
    }  # fmt: skip
    states = (*tables.RESULT_TABLES, tables.STAIN_HISTOGRAMS)
    return {state.name: state.frame(rows.get(state.name, ())) for state in states}


def make_verdict(**more):
    entry = {"grade": "C", "identifiable": True, "missing": ["intracellular Mg"]}
    rules = {
        "total_includes_zero": False, "share_not_identifiable": False, "floor": False, "viability_changed": False,
        "block_main_exceeds_total": False, "mg_only": False, "above_curve": False, "unspecific_block": False,
        "block_did_not_block": False, "no_background": False, "resolved": True, "sirna": True,
        "selective_block": True, "mg_intracellular_measured": False, "rho_below_half": False,
        "second_block_agrees": True, "acellular_arm": True, "scale_robust": False,
    }  # fmt: skip
    return {
        "experiment": "mg-hand", "readout": "calcium_per_well", "block": "siTRPM7", "basis": "acellular_arm", **entry,
        "rules": [{"rule": r, "fired": f} for r, f in rules.items()],
        "readouts": {"calcium_per_well": {"siTRPM7": entry, "2-APB": entry}}, **more,
    }  # fmt: skip


def jpeg(colour):
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def make_input(**more) -> ReportInput:
    files = [i["file"] for i in images()]
    given = ReportInput(
        experiment=make_experiment(),
        tables=make_tables(),
        verdict=make_verdict(),
        provenance={"inputs": {"raw/P1.txt": "ab" * 32}, "versions": {"mgassay": "0.1.0", "numpy": "2.4"}},
        thumbnails={f: jpeg("pink") for f in files},
        outlines={f: b"\x89PNG" for f in files[:1]},
    )
    return dataclasses.replace(given, **more)


def with_rows(name, rows):
    """The tables with one of them replaced."""
    return {**make_tables(), name: tables.BY_NAME[name].frame(rows)}


def unidentifiable() -> ReportInput:
    """The same experiment with a total effect close to zero: no share is bounded, grade X."""
    sets = {"passive": ("two_rays", -0.4, 1.2), "surface": ("unbounded", math.nan, math.nan)}
    rows = []
    for r in shares():
        kind, low, high = sets.get(r["share"], ("unbounded", math.nan, math.nan))
        rows.append({**r, "interval": kind, "ci_low": low, "ci_high": high, "identifiable": False})
    near_zero = [
        {**r, "estimate": 0.31, "ci_low": -0.2, "ci_high": 0.82} if r["contrast"] == "total" else r for r in effects()
    ]
    made = {**with_rows("shares", rows), "effects": tables.EFFECTS.frame(near_zero)}
    rules = [
        {"rule": r["rule"], "fired": r["fired"] or r["rule"] in ("total_includes_zero", "share_not_identifiable")}
        for r in make_verdict()["rules"]
    ]
    return make_input(tables=made, verdict=make_verdict(grade="X", identifiable=False, rules=rules))


def broken() -> ReportInput:
    """The same experiment with an error among its problems."""
    rows = [
        {"code": "MG900", "severity": "notice", "message": "A notice.", "remedy": "Nothing."},
        {"code": "MG101", "severity": "error", "file": "raw/P1.txt", "place": "B2", "message": "Commas.",
         "remedy": "Save it anew."},
    ]  # fmt: skip
    return make_input(tables=with_rows("problems", rows))


@pytest.fixture
def held() -> Tables:
    """The hand-made tables at the primary Mg step."""
    return Tables(make_tables(), 0.8, 2.0)


@pytest.fixture
def hand():
    """The makers of this file, for tests that vary them."""
    import types

    return types.SimpleNamespace(**{k: v for k, v in globals().items() if callable(v)}, here=Path(__file__))
