"""Figures of plates read over time: from wells that are exact curves to what stands on the page."""

import dataclasses
import re

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.plates.plates import quantify_plates
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.report import time_courses
from mgassay.report.numbers import NO_BREAK
from mgassay.report.page import report_page
from mgassay.report.rows import tables_of
from mgassay.report.time_courses import time_course_pieces

HOURS, MINUTES = np.arange(0.0, 450.0, 3.0), np.arange(0.0, 30.5, 0.5)
CONDITIONS = ("ca08", "ca20", "never")
ALP = {"epsilon_per_mM_cm": 18.5, "path_cm": 0.5, "well_volume_uL": 200}


def well(plate, name, times, values, status="ok", role="sample", condition="ca08", rep="1", standard=np.nan):
    """Rows of WELLS of one course; `status` is that of every read, or one for each."""
    every = [status] * len(times) if isinstance(status, str) else status
    return [
        {"assay": plate[0], "plate": plate[1], "well": name, "channel": "", "wavelength_nm": np.nan, "read_index": i,
         "time_s": 60.0 * t, "value": v if s == "ok" else np.nan, "status": s, "role": role, "rep": rep,
         "condition": condition if role == "sample" else "", "donor": "D1" if role == "sample" else "",
         "standard": standard}
        for i, (t, v, s) in enumerate(zip(times, values, every, strict=True))
    ]  # fmt: skip


def rise(midpoint, scale=12.0, bottom=100.0, top=1000.0):
    return bottom + (top - bottom) / (1.0 + np.exp(-(HOURS - midpoint) / scale))


def noise(seed, size, sd):
    return sd * np.random.default_rng(seed).standard_normal(size)


def t50_plate():
    """T50 at 150 min twice and at 240 min; one that never rises, one that had risen; a bubble at 300 min in A1."""
    plate = ("t50", "T1")
    bubble = np.where(HOURS == 300, 5000.0, 0.0)
    return [
        *well(plate, "A1", HOURS, rise(150) + noise(1, HOURS.size, 5) + bubble),
        *well(plate, "A2", HOURS, rise(150) + noise(2, HOURS.size, 5), rep="2"),
        *well(plate, "B1", HOURS, rise(240) + noise(3, HOURS.size, 5), condition="ca20"),
        *well(plate, "C1", HOURS, 100 + noise(4, HOURS.size, 5), condition="never"),
        *well(plate, "D1", HOURS, 1000 + noise(5, HOURS.size, 5), condition="never", rep="2"),
    ]


def alp_plate():
    """0.05 OD/min throughout; the same until 15 min and then flat; and one that bends throughout."""
    plate, sd = ("alp", "A1"), 0.001
    spent = 0.1 + 0.05 * np.minimum(MINUTES, 15.0)
    courses = {"C1": 0.1 + 0.05 * MINUTES, "C2": spent, "C3": 0.1 + 1.5 * (1 - np.exp(-MINUTES / 8))}
    rows = []
    for i, name in enumerate(("A1", "A2", "A3")):
        rows += well(plate, name, MINUTES, 0.1 + noise(10 + i, MINUTES.size, sd), role="blank")
    for i, (name, y) in enumerate(courses.items()):
        rows += well(plate, name, MINUTES, y + noise(20 + i, MINUTES.size, sd), condition=CONDITIONS[i])
    return rows


def experiment(*plates, alp=ALP):
    settings = {"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}, "assays": {"alp": alp}}
    conditions = tables.CONDITIONS.frame(
        {"condition": c, "medium": "calcifying", "mg_mM": 0.8, "cells": "none"} for c in CONDITIONS
    )
    files = tuple(RawFile(file=f"raw/{p}.txt", assay=a, plate=p) for a, p in plates)
    return Experiment("exp", Settings.model_validate(settings), conditions, files)


def quantified(*rows, **extra):
    """The experiment that holds these wells, and its tables as `quantify` makes them."""
    exp = experiment(*dict.fromkeys((r["assay"], r["plate"]) for r in rows), **extra)
    wells = tables.WELLS.frame(rows)
    made = quantify_plates(exp, wells, Problems())
    return exp, {"wells": wells, "amounts": made.amounts, "curves": made.curves, "standards": made.standards}


def drawings(exp, held):
    return {d.title: d for piece in time_course_pieces(tables_of(exp, held), exp)[1:] for d in piece.drawings}


@pytest.fixture(scope="module")
def both():
    return quantified(*t50_plate(), *alp_plate())


@pytest.fixture(scope="module")
def t50_drawn(both):
    return drawings(*both)["T50 time courses, plate T1"]


@pytest.fixture(scope="module")
def alp_drawn(both):
    return drawings(*both)["ALP time courses, plate A1"]


def cells(drawing):
    return {row[0]: dict(zip(drawing.listing.heads, row, strict=True)) for row in drawing.listing.rows}


def texts(svg):
    return [t for t in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if t]


def test_every_well_stands_in_the_table_with_its_own_number(both, t50_drawn):
    got = cells(t50_drawn)
    assert list(got) == ["A1", "A2", "B1", "C1", "D1"]
    assert t50_drawn.folded
    for name, true in (("A1", 150), ("A2", 150), ("B1", 240)):
        value, low, high = (float(x) for x in re.findall(r"[\d.]+", got[name]["T50 (min)"]))
        assert value == pytest.approx(true, abs=1.5)
        assert low <= value <= high
    amounts = both[1]["amounts"].set_index("well")
    assert got["A1"]["T50 (min)"].startswith(f"{amounts.value['A1']:.1f} [")


def test_a_bound_is_a_bound_and_a_well_that_is_absent_says_why(t50_drawn):
    """The record ends at 447 min, so a well that never rose has its T50 after that."""
    got = cells(t50_drawn)
    assert got["C1"]["T50 (min)"] == "≥ 447"
    assert "later than the recording lasted" in got["C1"]["flag"]
    assert got["D1"]["T50 (min)"] == "–"
    assert got["D1"]["flag"] == "had turned before its first read"
    assert got["A1"]["flag"] == ""


def test_the_caption_says_what_is_drawn(t50_drawn):
    caption = t50_drawn.caption.replace(NO_BREAK, " ")
    assert caption.startswith("5 wells (2 without a value) from 0 to 7.5 h.")
    assert "Shaded: the first 5 min, which do not count." in caption
    assert "Triangle: T50 is later than this." in caption
    assert "1 read beyond the value axis." in caption  # the bubble
    assert "one in" not in caption  # 150 reads are not thinned


def test_the_figure_names_conditions_and_axes_and_speaks(t50_drawn):
    found = texts(t50_drawn.svg)
    assert {"a ca08", "b ca20", "c never", "time (h)", "signal as read"} <= set(found)
    assert {"a", "b"} <= set(found)  # on the medians; `never` has none
    assert "c" not in found
    spoken = re.search('aria-label="([^"]*)"', t50_drawn.svg).group(1)
    assert "Median T50 of wells: ca08 150 min; ca20 240 min" in spoken


def dashed(svg):
    """Paths drawn as those of wells without a value: vermilion and dashed."""
    return [p for p in re.findall("<path[^>]*>", svg) if 'stroke-dasharray="4' in p and "#d55e00" in p.lower()]


def test_wells_without_a_value_are_dashed_and_their_bounds_are_triangles(t50_drawn):
    assert len(dashed(t50_drawn.svg)) == 2
    sound = drawings(*quantified(*t50_plate()[: 3 * HOURS.size]))["T50 time courses, plate T1"]
    assert dashed(sound.svg) == []
    assert "Triangle" not in sound.caption


def test_the_stretch_is_that_of_the_rate(alp_drawn):
    """C1 is straight to its end, C2 until 15 min by construction, C3 nowhere."""
    got = cells(alp_drawn)
    assert list(got) == ["C1", "C2", "C3"]  # blanks hold no sample
    ends = {w: [float(x) for x in got[w]["read over (min)"].split(f"{NO_BREAK}to{NO_BREAK}")] for w in ("C1", "C2")}
    assert ends["C1"] == [0.0, 30.0]
    assert ends["C2"][1] == pytest.approx(15.0, abs=1.0)
    assert got["C3"]["read over (min)"] == ""
    assert got["C3"]["rate (nmol per min)"] == "–"
    assert got["C3"]["flag"] == "no straight stretch in its time course"
    assert len(dashed(alp_drawn.svg)) == 1


def test_a_rate_is_that_of_amounts(alp_drawn):
    """0.05 OD/min at 18.5 /mM/cm and 0.5 cm in 200 uL is 0.05 / 9.25 · 200 = 1.081 nmol/min."""
    value, low, high = (float(x) for x in re.findall(r"[\d.]+", cells(alp_drawn)["C1"]["rate (nmol per min)"]))
    assert value == pytest.approx(1.081, abs=0.005)
    assert low < value < high


def test_alp_is_drawn_in_minutes_with_blanks_apart(alp_drawn):
    assert {"OD", "time (min)", "a ca08", "b ca20", "○ blank"} <= set(texts(alp_drawn.svg))
    assert alp_drawn.caption.startswith("3 wells (1 without a value) and 3 blanks from 0 to 30 min.")
    assert "Dotted: blanks." in alp_drawn.caption


def test_a_plate_whose_rates_were_refused_shows_its_courses_and_claims_no_stretch():
    """Without an absorptivity there is no rate (MG340): nothing is thick, nothing is said to lack a value."""
    drawn = drawings(*quantified(*alp_plate(), alp={}))["ALP time courses, plate A1"]
    assert "No rate was taken from this plate" in drawn.caption
    assert "Thick" not in drawn.caption
    assert drawn.listing is None
    assert dashed(drawn.svg) == []


def test_with_standards_the_stretch_is_sought_in_product():
    """OD bends with the product (0.06 + 0.004 x − 2e-6 x²), which is made at an even 10 per min."""
    plate, rows = ("alp", "A1"), alp_plate()[: 3 * MINUTES.size]
    for k, x in enumerate((0.0, 50.0, 100.0, 200.0, 300.0, 400.0)):
        for i, row in enumerate("EF"):
            y = np.full(MINUTES.size, 0.06 + 0.004 * x - 2e-6 * x**2) + noise(40 + 2 * k + i, MINUTES.size, 0.001)
            rows += well(plate, f"{row}{k + 1}", MINUTES, y, role="standard", standard=x)
    x = 20 + 10 * MINUTES
    rows += well(plate, "C1", MINUTES, 0.06 + 0.004 * x - 2e-6 * x**2 + noise(60, MINUTES.size, 0.001))
    alp = {"well_volume_uL": 200, "curve": "quadratic"}
    drawn = drawings(*quantified(*rows, alp=alp))["ALP time courses, plate A1"]
    assert "sought in product by the plate's curve" in drawn.caption
    assert cells(drawn)["C1"]["read over (min)"] == f"0{NO_BREAK}to{NO_BREAK}30"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        well(("calcium", "P1"), "A1", [0.0], [0.5]),
        well(("alp", "A1"), "A1", [0.0], [0.5]),  # read once
        well(("alp", "A1"), "A1", [np.nan] * 9, np.arange(9.0)),
        well(("alp", "A1"), "A1", MINUTES, MINUTES, "above"),
        well(("alp", "A1"), "A1", [0.0, 1.0, 2.0], [0.1, 0.2, 0.3]),  # too few to see a rate in
        well(("t50", "T1"), "A1", [np.nan] * 9, np.arange(9.0)),
        well(("t50", "T1"), "A1", HOURS, HOURS, "above"),
        well(("t50", "T1"), "A1", HOURS, HOURS, "missing"),
        well(("t50", "T1"), "A1", HOURS, HOURS, role="blank"),
    ],
)
def test_what_cannot_be_set_in_time_has_no_figure(rows):
    assert time_course_pieces(tables_of(*quantified(*rows)), quantified(*rows)[0]) == []


def test_a_record_that_is_too_short_is_drawn_without_a_t50():
    drawn = drawings(*quantified(*well(("t50", "T1"), "A1", HOURS[:8], rise(10)[:8])))["T50 time courses, plate T1"]
    assert drawn.caption.startswith("1 well (1 without a value) from 0 to 21 min.")
    assert cells(drawn)["A1"]["flag"] == "too few reads"
    assert "median" not in drawn.caption


def test_without_an_experiment_or_its_file_there_is_no_figure(both):
    exp, held = both
    assert time_course_pieces(tables_of(exp, held), None) == []
    assert time_course_pieces(tables_of(exp, held), dataclasses.replace(exp, files=())) == []


def test_the_same_tables_make_the_same_bytes(both):
    assert drawings(*both) == drawings(*both)


def test_names_are_escaped(both):
    exp, held = both
    renamed = {k: t.replace({"condition": {"ca08": "<b>&"}}) if "condition" in t else t for k, t in held.items()}
    svg = drawings(exp, renamed)["T50 time courses, plate T1"].svg
    assert "<b>" not in svg
    assert "&lt;b&gt;&amp;" in svg


def test_a_large_plate_stays_small():
    """384 wells × 300 reads: the SVG of medians and ranges stays below 1 MB, and says what it leaves out."""
    times = np.linspace(0.0, 598.0, 300)
    rows = []
    for i in range(384):
        y = 100 + 900 / (1 + np.exp(-(times - 200 - 8 * (i % 12)) / 15)) + noise(i, times.size, 5)
        name = f"{'ABCDEFGHIJKLMNOP'[i // 24]}{i % 24 + 1}"
        rows += well(("t50", "T1"), name, times, y, condition=CONDITIONS[i % 3], rep=str(i))
    drawn = drawings(*quantified(*rows))["T50 time courses, plate T1"]
    assert len(drawn.svg) < 1_000_000
    assert "Of the reads one in 2 is drawn." in drawn.caption
    assert "Band: lowest to highest reading of these wells, too many to draw each." in drawn.caption
    assert len(drawn.listing.rows) == 384


def test_the_section_follows_the_standard_curves(both, hand):
    exp, held = both
    given = hand.make_input(experiment=exp, tables={**hand.make_tables(), **{k: held[k] for k in ("wells", "amounts")}})
    page = report_page(given)
    places = [page.index(f'id="{anchor}"') for anchor in ("curves", "courses", "images")]
    assert places == sorted(places)
    assert time_courses.HOW_TO_READ in page
