import dataclasses
import datetime
import math

import pytest

from mgassay import tables
from mgassay.report.glance import Glance, glance_of, summary_row, to_mend
from mgassay.report.numbers import NO_BREAK


def rows_of(*rows):
    return tables.SUMMARY.frame(rows)


def of(hand, **more):
    return glance_of(hand.make_experiment(), hand.make_verdict(), {**hand.make_tables(), **more})


def test_a_row_holds_the_verdicts_own_total(hand):
    row = summary_row("mg-hand", "Title", hand.make_verdict(), hand.make_tables())
    (held,) = rows_of(row).to_dict("records")
    assert (held["total"], held["total_low"], held["total_high"], held["n_donors"]) == (1.2046, 0.9213, 1.4879, 4)
    assert (held["grade"], held["readout"], held["block"]) == ("C", "calcium_per_well", "siTRPM7")
    assert (held["errors"], held["warnings"]) == (0, 1)


def test_errors_leave_no_verdict(hand):
    (held,) = rows_of(summary_row("x", "", hand.make_verdict(), hand.broken().tables)).to_dict("records")
    assert (held["grade"], held["readout"], held["errors"]) == ("", "", 1)
    assert math.isnan(held["total"])


def test_a_glance_holds_the_headline_t_and_the_shares_of_the_verdict(hand):
    seen = of(hand)
    assert "Mg²⁺'s protection" in seen.verdict
    assert "57 % [43 %, 71 %]" in seen.verdict.replace(NO_BREAK, " ")
    assert (seen.total["contrast"], seen.total["estimate"]) == ("total", 1.2046)
    assert seen.shares[0]["share"] == "intracellular"
    assert {(r["readout"], r["block"], r["scale"], r["method"]) for r in seen.shares} == {
        ("calcium_per_well", "siTRPM7", "log", "fieller_donor")
    }
    assert (seen.codes, seen.mend, seen.date) == (("MG324",), "", "")
    assert sum(seen.curves.values()) == len(hand.make_tables()["curves"])


def test_a_broken_one_has_no_number_and_says_what_to_mend_first(hand):
    given = hand.broken()
    seen = glance_of(given.experiment, hand.make_verdict(), given.tables)
    assert (seen.verdict, seen.total, seen.shares) == ("", None, ())
    assert seen.codes == ("MG101",)  # a notice is none
    assert seen.mend.endswith("(MG101, raw/P1.txt, cell B2)")


def test_a_folder_that_could_not_be_understood_is_a_glance_too(hand):
    seen = glance_of(None, {"grade": None}, {"problems": hand.broken().tables["problems"]})
    assert (seen.cells, seen.date, seen.curves) == ("", "", {})
    assert "MG101" in seen.mend


@pytest.mark.parametrize(("code", "title"), [("MG040", "A file is missing"), ("MG999x", "Told.")])
def test_what_to_mend_is_one_line(code, title):
    """The title is that of the catalogue (src/mgassay/catalogue/folder.toml), else the message."""
    problem = {"code": code, "file": "files.csv", "sheet": "", "place": "row 4", "message": "Told."}
    assert to_mend(problem) == f"{title} ({code}, files.csv, row 4)"


def test_the_day_of_harvest_and_the_cells_are_those_declared(hand):
    experiment = hand.make_experiment()
    about = experiment.settings.experiment.model_copy(update={"date": datetime.date(2026, 3, 14), "cells": "MOVAS"})
    dated = dataclasses.replace(experiment, settings=experiment.settings.model_copy(update={"experiment": about}))
    seen = glance_of(dated, hand.make_verdict(), hand.make_tables())
    assert (seen.date, seen.cells) == ("2026-03-14", "MOVAS")


def test_each_code_stands_once_errors_first(hand):
    rows = [{"code": c, "severity": s} for c, s in (("MG2", "warning"), ("MG1", "error"), ("MG2", "warning"))]
    seen = of(hand, problems=tables.PROBLEMS.frame(rows))
    assert seen.codes == ("MG1", "MG2")
    assert isinstance(seen, Glance)
