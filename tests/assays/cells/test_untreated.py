"""Which condition is 100 percent."""

import pytest

from mgassay import tables
from mgassay.assays.cells.untreated import untreated_condition
from mgassay.experiment import Experiment, RawFile, Settings


def condition(name, medium="calcifying", mg=0.8, **more):
    idle = {"inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none", "modulator": "none"}
    return {"condition": name, "medium": medium, "mg_mM": mg, **idle, **more}


CONDITIONS = [
    condition("apb_ctrl", "control", inhibitor="2-APB"),
    condition("ctrl20", "control", 2.0),
    condition("ppi", "control", comparator="pyrophosphate"),
    condition("lysed", "control", modulator="lysis"),
    condition("fixed", "control", cells="fixed"),
    condition("scr", "control", sirna="scramble"),
    condition("si", "control", sirna="TRPM7"),
    condition("ctrl", "control"),
    condition("ca08"),
    condition("ca20", mg=2.0),
    condition("late", "control", mg_from_day=7.0),
]
NAMES = [c["condition"] for c in CONDITIONS]


def experiment(layouts=None, **settings):
    files = tuple(RawFile(file=f"{n}.txt", assay="viability", plate=n, layout=n) for n in layouts or {})
    other = RawFile(file="c.txt", assay="calcium", plate="c", layout="calcium")
    held = {
        n: tables.LAYOUT.frame({"well": f"A{i}", "condition": c} for i, c in enumerate(cs))
        for n, cs in (layouts or {}).items()
    }
    held["calcium"] = tables.LAYOUT.frame([{"well": "A1", "condition": "ca20"}])
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    frame = tables.CONDITIONS.frame(CONDITIONS)
    return Experiment("x", Settings.model_validate({"contrast": contrast, **settings}), frame, (*files, other), held)


def found(on_plate, **layouts):
    exp = experiment({"own": on_plate, **layouts})
    return untreated_condition(exp, exp.files[0], on_plate)


def test_control_medium_at_reference_with_nothing_added():
    assert found(NAMES) == "ctrl"


def test_calcifying_medium_where_control_medium_is_not_on_the_plate():
    assert found([n for n in NAMES if n != "ctrl" and n != "scr"]) == "ca08"


def test_scramble_only_where_nothing_is_untransfected():
    assert found([n for n in NAMES if n != "ctrl"]) == "scr"


def test_treated_lifeless_and_raised_conditions_are_no_control():
    assert found(["apb_ctrl", "ctrl20", "ppi", "lysed", "fixed", "si", "ca20"]) == ""
    assert found([]) == ""


def test_all_plates_of_the_assay_have_one_control_where_they_can():
    assert found(NAMES, second=["ca08", "ca20"]) == "ca08"
    assert found(["ctrl", "ca20"], second=["ca08", "ca20"]) == "ctrl"  # none in common: the plate's own
    exp = experiment()
    assert untreated_condition(exp, RawFile(file="f", assay="viability", plate="p"), NAMES) == "ctrl"  # no layout known


@pytest.mark.parametrize(("reference", "expected"), [(2.0, "ctrl20"), (5.0, "")])
def test_reference_is_that_of_the_contrast(reference, expected):
    exp = experiment({"own": NAMES}, contrast={"mg_reference_mM": reference, "mg_raised_mM": 9.0})
    assert untreated_condition(exp, exp.files[0], NAMES) == expected
