"""A layout given to the wrong plate, or a plate put in the other way round."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.plates.placement import (
    ALONG_ROWS,
    DOWN_COLUMNS,
    MOVES,
    chance_of_agreement,
    chance_of_rise,
    is_misplaced,
)
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems

RAW = RawFile(file="raw/ca.txt", assay="calcium", plate="ca", layout="own")
ROWS, COLUMNS = 8, 12
WELLS = [f"{chr(65 + r)}{c + 1}" for r in range(ROWS) for c in range(COLUMNS)]
NAMES = [f"c{i}" for i in range(12)]
CONDITIONS = tables.CONDITIONS.frame(
    {"condition": c, "medium": "control" if i < 2 else "calcifying"} for i, c in enumerate(NAMES)
)


def layout(seed, names=NAMES, reps=3):
    """Conditions times reps in random wells of the middle of a plate, so that it may be shifted by one."""
    inner = [w for w in WELLS if w[0] not in "AH" and w[1:] not in ("1", "12")]
    chosen = np.random.default_rng(seed).permutation(inner)[: len(names) * reps]
    return tables.LAYOUT.frame(
        {"well": w, "role": "sample", "condition": names[i % len(names)], "donor": "D1", "rep": str(i // len(names))}
        for i, w in enumerate(chosen)
    )


def readings(truth, move=None, noise=0.05):
    """WELLS of a plate whose wells lie as `truth` says, turned or shifted by `move`."""
    level = {name: 0.2 + 0.1 * i for i, name in enumerate(NAMES)}
    held = dict(zip(truth["well"], truth["condition"].map(level), strict=True))
    rng = np.random.default_rng(5)
    value = {w: held.get(w, 0.05) * math.exp(noise * rng.standard_normal()) for w in WELLS}
    if move:
        value = {w: value.get(move(w), 0.05) for w in WELLS}
    return tables.WELLS.frame({"well": w, "value": v, "status": "ok", "role": "sample"} for w, v in value.items())


def experiment(**layouts):
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    return Experiment("x", settings, CONDITIONS, (RAW,), layouts)


def judged(wells, assay="calcium", **layouts):
    problems = Problems()
    before = wells.copy()
    raw = RAW.model_copy(update={"assay": assay})
    misplaced = is_misplaced(experiment(**layouts), raw, wells, problems)
    pd.testing.assert_frame_equal(wells, before)
    return misplaced, [(p.code, p.severity, p.file, p.seen) for p in problems]


def test_the_right_layout_is_left_in_peace():
    assert judged(readings(layout(1)), own=layout(1), other=layout(2)) == (False, [])


def test_the_layout_of_another_plate_is_named():
    misplaced, problems = judged(readings(layout(2)), own=layout(1), third=layout(3), other=layout(2))
    assert misplaced
    assert problems == [("MG326", "error", "raw/ca.txt", "the layout “other”")]


def turned(well):
    return f"{chr(65 + 7 - (ord(well[0]) - 65))}{13 - int(well[1:])}"


def mirrored(well):
    return f"{well[0]}{13 - int(well[1:])}"


def upside_down(well):
    return f"{chr(65 + 7 - (ord(well[0]) - 65))}{well[1:]}"


def next_to(rows, columns):
    """What is read in a well comes from the one so many rows and columns on."""
    return lambda well: f"{chr(ord(well[0]) + rows)}{int(well[1:]) + columns}"


@pytest.mark.parametrize(
    ("move", "name"),
    [
        (turned, "turned by 180°"),
        (mirrored, "mirrored left to right"),
        (upside_down, "mirrored top to bottom"),
        (next_to(-1, 0), "shifted down by one row"),
        (next_to(1, 0), "shifted up by one row"),
        (next_to(0, -1), "shifted right by one column"),
        (next_to(0, 1), "shifted left by one column"),
    ],
)
def test_a_plate_that_lies_otherwise_is_named(move, name):
    misplaced, problems = judged(readings(layout(1), move), own=layout(1), other=layout(2))
    assert misplaced
    assert problems == [("MG326", "error", "raw/ca.txt", f"its own layout, {name}")]
    assert name in MOVES


def test_a_plate_that_nothing_fits_is_odd_where_both_media_are_on_it():
    misplaced, problems = judged(readings(layout(9)), own=layout(1), other=layout(2))
    assert not misplaced
    assert [p[:3] for p in problems] == [("MG327", "warning", "raw/ca.txt")]


@pytest.mark.parametrize(("assay", "odd"), [("alizarin_extract", True), ("protein", False), ("viability", False)])
def test_only_mineral_must_differ_between_media(assay, odd):
    """Cells with as much protein in every condition are no sign of another layout."""
    told = judged(readings(layout(9)), assay, own=layout(1), other=layout(2))[1]
    assert [p[0] for p in told] == ["MG327"] * odd


def test_one_medium_may_read_alike_everywhere():
    own = layout(1, names=NAMES[2:])
    assert judged(readings(layout(9)), own=own) == (False, [])


def test_duplicates_of_a_rep_must_agree_whatever_the_medium():
    own = layout(1, names=NAMES[2:], reps=4)
    own["rep"] = own["rep"].astype(int).floordiv(2).astype("str")
    assert [p[0] for p in judged(readings(layout(9)), own=tables.LAYOUT.frame(own))[1]] == ["MG327"]


def test_few_wells_tell_nothing():
    assert judged(readings(layout(2)), own=layout(1, names=NAMES[:3]), other=layout(2)) == (False, [])
    assert judged(readings(layout(2)), other=layout(2)) == (False, [])  # its layout could not be read


def test_the_chance_is_that_of_an_analysis_of_variance():
    """scipy.stats.f_oneway of the ranks of four groups of three: [1 2 4] [3 5 6] [7 9 10] [8 11 12]."""
    stats = pytest.importorskip("scipy.stats")
    groups = [[1, 2, 4], [3, 5, 6], [7, 9, 10], [8, 11, 12]]
    rows = [{"well": f"{'ABCD'[g]}{k + 1}", "role": "sample", "condition": NAMES[g], "donor": "D1", "rep": str(k)}
            for g in range(4) for k in range(3)]  # fmt: skip
    signals = pd.Series([float(v) for g in groups for v in g], index=[r["well"] for r in rows])
    assert chance_of_agreement(tables.LAYOUT.frame(rows), signals) == pytest.approx(stats.f_oneway(*groups).pvalue)


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(40, 200), marks=pytest.mark.slow)])
def test_wrong_alarms_are_rare(seeds):
    """Where all groups are the same, chance alone decides: no error in 200 plates, and warnings at random only."""
    same = [judged(shuffled(seed), own=layout(1, names=NAMES[2:]), other=layout(2)) for seed in seeds]
    assert not any(misplaced for misplaced, _ in same)


def shuffled(seed):
    value = np.random.default_rng(seed).normal(0.5, 0.02, len(WELLS))
    return tables.WELLS.frame(
        {"well": w, "value": v, "status": "ok", "role": "sample"} for w, v in zip(WELLS, value, strict=True)
    )


def filled_down(well):
    """The well that stands at the same place when the plate is counted down its columns, not along its rows."""
    k = COLUMNS * (ord(well[0]) - 65) + int(well[1:]) - 1
    return f"{chr(65 + k % ROWS)}{k // ROWS + 1}"


@pytest.mark.parametrize("down", [True, False])
def test_a_plate_filled_the_other_way_is_named(down):
    there = {w: filled_down(w) for w in WELLS}
    back = {v: k for k, v in there.items()}
    misplaced, problems = judged(readings(layout(1), (back if down else there).get), own=layout(1))
    assert misplaced
    assert problems[0][3] == f"its own layout, {DOWN_COLUMNS if down else ALONG_ROWS}"


def standards_layout():
    """Eight levels in duplicate in columns 1 and 2, and single samples, which no replicate can judge."""
    levels = [0.0, 1, 2, 4, 8, 16, 32, 64]
    rows = [
        {"well": f"{'ABCDEFGH'[r]}{c}", "role": "standard", "standard": levels[r]} for r in range(8) for c in (1, 2)
    ]
    single = [
        {"well": f"{'ABCDEFGH'[r]}{c}", "role": "sample", "condition": f"c{c - 3}", "donor": f"D{r}", "rep": "1"}
        for r in range(8)
        for c in range(3, 6)
    ]
    return tables.LAYOUT.frame([*rows, *single])


@pytest.mark.parametrize(
    ("move", "name"),
    [(turned, "turned by 180°"), (mirrored, "mirrored left to right"), (upside_down, "mirrored top to bottom")],
)
def test_standards_tell_where_no_replicate_can(move, name):
    own = standards_layout()
    rng = np.random.default_rng(3)
    held = {w: 0.05 + 0.02 * s for w, s in zip(own["well"], own["standard"], strict=True) if s == s}
    value = {w: held.get(w, 0.3) + 0.004 * rng.standard_normal() for w in WELLS}
    right = tables.WELLS.frame({"well": w, "value": v, "status": "ok"} for w, v in value.items())
    assert judged(right, own=own) == (False, [])
    wrong = tables.WELLS.frame({"well": w, "value": value[move(w)], "status": "ok"} for w in WELLS)
    misplaced, problems = judged(wrong, own=own)
    assert misplaced
    assert problems == [("MG326", "error", "raw/ca.txt", f"its own layout, {name}")]


def test_the_chance_of_the_standards_is_spearmans():
    """scipy.stats.spearmanr, one-sided, of levels 0 0 1 1 2 2 4 4 and signals in nearly their order."""
    stats = pytest.importorskip("scipy.stats")
    levels, signals = [0, 0, 1, 1, 2, 2, 4, 4], [0.05, 0.06, 0.09, 0.08, 0.07, 0.13, 0.21, 0.20]
    rows = [{"well": f"A{k + 1}", "role": "standard", "standard": s} for k, s in enumerate(levels)]
    read = pd.Series(signals, index=[r["well"] for r in rows])
    expected = stats.spearmanr(levels, signals, alternative="greater").pvalue
    assert chance_of_rise(tables.LAYOUT.frame(rows), read) == pytest.approx(expected, rel=1e-9)


def test_standards_in_order_are_no_less_likely_than_one_in_all_orders():
    """Seven levels, one well each, in order: one of 7! = 5,040 orders."""
    rows = [{"well": f"A{k + 1}", "role": "standard", "standard": k} for k in range(7)]
    read = pd.Series(np.arange(7.0), index=[r["well"] for r in rows])
    assert chance_of_rise(tables.LAYOUT.frame(rows), read) == pytest.approx(1 / 5040, rel=1e-9)
    assert math.isnan(chance_of_rise(tables.LAYOUT.frame(rows[:5]), read))


def with_standards(wells, own):
    """The plate with sixteen standards in its outer columns, in the same wells as on any other plate of the lab."""
    levels = {f"{'ABCDEFGH'[r]}{c}": float(2**r) for r in range(8) for c in (1, 12)}
    value = wells["well"].map(levels) * 0.01
    rows = [{"well": w, "role": "standard", "standard": s} for w, s in levels.items()]
    held = wells.assign(value=wells["value"].where(value.isna(), 0.04 + value))
    return tables.WELLS.frame(held), tables.LAYOUT.frame([*own.to_dict("records"), *rows])


def test_standards_in_their_usual_wells_do_not_clear_a_plate_of_other_samples():
    wells, own = with_standards(readings(layout(2)), layout(1))
    other = with_standards(readings(layout(2)), layout(2))[1]
    misplaced, problems = judged(wells, own=own, other=other)
    assert misplaced
    assert problems[0][3] == "the layout “other”"
    assert [p[0] for p in judged(wells, own=own)[1]] == ["MG327"]  # nothing fits, and the samples agree by chance only
