"""What stands open on the page and what is folded."""

import pytest

from mgassay.report.pieces import Drawer
from mgassay.report.rows import tables_of
from mgassay.report.sections import sections


@pytest.fixture
def made(hand):
    def make(given, has_errors=False):
        return {s.anchor: s for s in sections(given, tables_of(given.experiment, given.tables), has_errors)}

    return make


def kinds(section):
    return [p.kind for p in section.pieces]


def test_what_only_a_checker_needs_is_folded(hand, made):
    found = made(hand.every_question())
    assert set(kinds(found["provenance"])) == {"folded"}
    assert "listing" not in kinds(found["sensitivity"])
    assert [k for k in kinds(found["residual"]) if k not in ("prose", "drawer")] == []
    assert [p.title for p in found["qpcr"].pieces if isinstance(p, Drawer)] == ["Checklist after MIQE"]


def test_warnings_are_never_folded(hand, made):
    rows = [{**hand.rho_rows()[0], "rho": 0.8, "ci_low": 0.6, "ci_high": 0.95}]
    found = made(hand.make_input(tables={**hand.make_tables(), "rho": hand.with_rows("rho", rows)["rho"]}))
    assert [p.text for p in found["residual"].pieces if p.kind == "prose" and p.tone == "warning"] != []
    assert "More than half" in found["residual"].pieces[1].text


def test_the_verdicts_own_case_stands_open_and_every_other_in_a_drawer_with_its_numbers(hand, made):
    effects = made(hand.make_input())["effects"]
    assert [p.caption for p in effects.pieces if p.kind == "listing"] == ["Effects: calcium per well, siTRPM7"]
    other = next(p for p in effects.pieces if isinstance(p, Drawer))
    assert (other.title, other.told) == (
        "Calcium per well, 2-APB",
        "T = 1.20 [0.92, 1.49]; T − B = 0.60 [0.40, 0.97]",
    )


def test_errors_are_told_in_every_section_of_numbers(hand, made):
    found = made(hand.make_input(), has_errors=True)
    assert all(found[a].pieces[0].tone == "warning" for a in ("effects", "shares", "sensitivity"))
    assert kinds(found["plates"]) == ["plate_maps"]
