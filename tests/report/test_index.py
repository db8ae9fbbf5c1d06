"""The index page as text: what each line says, what it is sorted by, and that nothing of the lab's can run."""

import base64
import hashlib
import re

import pytest

from mgassay import tables
from mgassay.report import index
from mgassay.report.glance import Glance, glance_of, summary_row
from mgassay.report.index import counted, index_page, marked_plates, plates_text
from mgassay.report.numbers import NO_BREAK

TOTAL = {"estimate": 1.2, "ci_low": 0.9, "ci_high": 1.5, "flag": ""}


def line(name="e1", **more):
    row = {"experiment": name, "grade": "B", "readout": "calcium", "block": "siTRPM7", "n_donors": 4}
    return {"errors": 0, "warnings": 0, **row, **more}


def page(*rows, glances=None, plates=None):
    return index_page(tables.SUMMARY.frame(rows), glances, plates).replace(NO_BREAK, " ")


def cell(text, name):
    """The first cell of that class, its tags left out."""
    found = re.search(rf'<td class="(?:n )?{name}[^"]*"[^>]*>(.*?)</td>', text, re.S)
    return re.sub("<[^>]*>", "", found[1])


def test_the_page_lists_experiments_with_shares_and_what_to_mend(hand):
    good = summary_row("mg-hand", "A title", hand.make_verdict(), hand.make_tables())
    bad = summary_row("nothing", "", {"experiment": "nothing", "grade": None}, hand.broken().tables)
    seen = {
        "mg-hand": glance_of(hand.make_experiment(), hand.make_verdict(), hand.make_tables()),
        "nothing": glance_of(None, {"grade": None}, hand.broken().tables),
    }
    text = page(good, bad, glances=seen)
    assert '<a href="mg-hand/report.html">A title</a>' in text
    assert "intracellular: 57 % [43 %, 71 %]" in text
    assert "1.20 [0.92, 1.49]" in text
    assert 'href="nothing/report.html#mend"' in text
    assert "(MG101, raw/P1.txt, cell B2)" in text
    assert "2 experiments: 1 C, 1 no verdict, 1 with errors" in text
    assert "Part of Mg²⁺&#39;s protection" in text


@pytest.mark.parametrize(
    ("flag", "said"),
    [("", "1.20"), ("floor;lower_bound", "at least 1.20"), ("above_curve;upper_bound", "at most 1.20")],
)
def test_a_bound_is_called_one(flag, said):
    text = page(line(), glances={"e1": Glance(total={**TOTAL, "flag": flag})})
    assert cell(text, "total") == f"{said} [0.90, 1.50]"


def test_grade_x_prints_no_share():
    share = {"share": "intracellular", "identifiable": True, "interval": "bounded", **TOTAL}
    told = {"e1": Glance(total=TOTAL, shares=(share,))}
    assert cell(page(line(grade="X"), glances=told), "shares") == "shares are not told, since the grade is X"
    assert cell(page(line(grade="B"), glances=told), "shares").strip() == "intracellular: 120 % [90 %, 150 %]"


def test_lines_carry_what_they_are_sorted_and_filtered_by():
    rows = [line("a", errors=2, warnings=3, grade=""), line("b")]
    seen = {"b": Glance(total=TOTAL, curves={"pass": 3, "fail": 1}), "a": Glance(codes=("MG101", "MG324"))}
    text = page(*rows, glances=seen)
    assert '<tr data-grade="" data-errors="2" data-doubtful="0">' in text
    assert '<tr data-grade="B" data-errors="0" data-doubtful="1">' in text
    assert 'data-v="1.2"' in text
    assert 'data-v="2.000003"' in text
    assert "MG101 MG324" in text


def test_the_day_of_harvest_has_a_column_where_one_is_known():
    assert "harvested" not in re.sub("<style>.*?</style>", "", page(line(), glances={"e1": Glance()}), flags=re.S)
    text = page(line(), line("e2"), glances={"e1": Glance(date="2026-03-14"), "e2": Glance()})
    assert '<th scope="col">harvested</th>' in text
    assert cell(text, "date") == "2026-03-14"


@pytest.mark.parametrize(
    ("curves", "marked", "said"),
    [
        ({"pass": 3}, 0, "3 curves: all pass"),
        ({"pass": 1}, 0, "1 curve: 1 passes"),
        (
            {"pass": 2, "fail": 1, "not_assessable": 2},
            1,
            "5 curves: 2 pass, 1 fails, 2 cannot be assessed; 1 plate marked",
        ),
        ({}, 2, "2 plates marked"),
        ({}, 0, "–"),
    ],
)
def test_the_state_of_plates_in_words(curves, marked, said):
    assert plates_text(curves, marked) == said


def test_a_plate_that_several_charts_mark_counts_once():
    base = {"experiment": "e1", "assay": "calcium", "series": "s", "position": 1}
    flags = (("P1", "lod", "drift"), ("P1", "slope", "out_of_control"), ("P2", "slope", ""), ("P3", "slope", "drift"))
    rows = [{**base, "plate": p, "measure": m, "flag": f} for p, m, f in flags]
    assert marked_plates(tables.SUMMARY_PLATES.frame(rows)) == {"e1": 2}


def test_experiments_are_counted_by_grade():
    rows = [line(grade="A"), line(grade="X"), line(grade="", errors=1)]
    assert counted(tables.SUMMARY.frame(rows)) == "3 experiments: 1 A, 1 X, 1 no verdict, 1 with errors"
    assert counted(tables.SUMMARY.frame()) == "0 experiments"
    assert counted(tables.SUMMARY.frame([line()])) == "1 experiment: 1 B"


def test_too_many_lines_are_left_out_those_to_mend_last(monkeypatch):
    monkeypatch.setattr(index, "MOST_LINES", 3)
    text = page(*(line(f"e{i}", errors=int(i == 4), grade="" if i == 4 else "B") for i in range(5)))
    assert re.findall(r'href="(e\d)/report.html">', text) == ["e0", "e1", "e4"]
    assert "2 further experiments are in summary.csv" in text
    assert "5 experiments: 4 B, 1 no verdict" in text


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_names_and_titles_are_inert():
    seen = {"a": Glance(cells=HOSTILE, verdict=HOSTILE, codes=(HOSTILE,), mend=HOSTILE)}
    text = page(line("a", title=HOSTILE), glances=seen)
    assert len(re.findall("<script", text)) == 1
    assert "<img" not in text


def test_only_our_own_script_may_run():
    """The hash of the policy is that of the script's text as it stands in the page, as a browser computes it."""
    text = index_page(tables.SUMMARY.frame([line()]))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    assert " on" not in re.sub(r"<(style|script)>.*?</\1>|>[^<]*<", "", text, flags=re.S)  # no handlers in attributes


def test_ids_with_every_character_that_is_allowed_lead_to_their_reports():
    name = "A-b_c.9" + "x" * 57
    text = page(line(name))
    assert f'href="{name}/report.html"' in text


def test_no_experiment_at_all_is_a_page_too():
    assert "0 experiments" in page()


def test_the_same_data_give_the_same_bytes():
    made = [index_page(tables.SUMMARY.frame([line()]), {"e1": Glance(total=TOTAL)}) for _ in range(2)]
    assert made[0] == made[1]
