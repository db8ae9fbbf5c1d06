import datetime

import pytest

from mgassay.experiment import Settings
from mgassay.problems import Problems
from mgassay.readers.settings import STAND_IN, all_keys, settings_from_text

CONTRAST = "[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n"


def read(text):
    problems = Problems()
    return settings_from_text(text, problems), list(problems)


def test_the_example_of_the_contract_is_read_whole():
    done, problems = read(
        """
[experiment]
title = "Mg2+ and TRPM7 in human aortic VSMC"
cells = "human aortic VSMC, passage 4-6"
[contrast]
mg_reference_mM = 0.8
mg_raised_mM = 2.0
medium_calcifying = "calcifying"
medium_control = "control"
equivalence_fold = 1.5
agreement_fold = 2.0
acellular = "none"
[[block]]
name = "2-APB"
column = "inhibitor"
intact = "none"
blocked = "2-APB"
selective = false
[[step]]
name = "AngII"
column = "modulator"
reference = "none"
raised = "AngII"
[assays.calcium]
standard_unit = "mg/dL"
curve = "linear"
weighting = "1/x2"
extract_volume_uL = 250
sample_volume_uL = 5
[assays.qpcr]
reference_genes = ["GAPDH", "RPLP0"]
efficiency = {GAPDH = 1.95, RUNX2 = 2}
[assays.alizarin_image]
pixel_size_um = 1.3
"""
    )
    assert problems == []
    assert done.readable
    assert done.contrast_declared
    settings = done.settings
    assert (settings.contrast.mg_reference_mM, settings.contrast.mg_raised_mM) == (0.8, 2.0)
    assert settings.block[0].blocked == "2-APB"
    assert settings.step[0].raised == "AngII"
    assert (settings.assays.calcium.extract_volume_uL, settings.assays.calcium.curve) == (250, "linear")
    assert settings.assays.qpcr.reference_genes == ("GAPDH", "RPLP0")
    assert settings.assays.qpcr.efficiency == {"GAPDH": 1.95, "RUNX2": 2}
    assert settings.assays.alizarin_image.pixel_size_um == 1.3


WRONG = [
    # text below [contrast], code, place, seen, words of message or remedy
    ("[assays.calcium]\ncurv = 'linear'", "MG005", "assays.calcium.curv", "curv", "Did you mean “curve”?"),
    ("[assay.calcium]\ncurve = 'linear'", "MG005", "assay", "assay", "Did you mean “assays”?"),
    ("[experiment]\nreference_genes = ['A']", "MG005", "experiment.reference_genes", "reference_genes",
     "It belongs in [assays.qpcr]."),
    ("[assays.calcium]\ncurve = 'cubic'", "MG006", "assays.calcium.curve", '"cubic"', "'linear', 'quadratic'"),
    ("[assays.calcium]\ndilution = '2'", "MG006", "assays.calcium.dilution", '"2"', "without quotes"),
    ("[assays.calcium]\ndilution = true", "MG006", "assays.calcium.dilution", "true", "a number"),
    ("[assays.calcium]\ndilution = 0", "MG006", "assays.calcium.dilution", "0", "above 0"),
    ("[assays.calcium]\ndilution = inf", "MG006", "assays.calcium.dilution", "inf", "finite"),
    ("[assays.calcium]\ndilution = nan", "MG006", "assays.calcium.dilution", "nan", "finite"),
    ("[assays]\ncalcium = 3", "MG006", "assays.calcium", "3", "section"),
    ("[assays.qpcr]\nreference_genes = 'GAPDH'", "MG006", "assays.qpcr.reference_genes", '"GAPDH"', "list"),
    ("[assays.qpcr]\ncycles = 40.5", "MG006", "assays.qpcr.cycles", "40.5", "whole number"),
    ("[assays.qpcr]\nefficiency = {GAPDH = 'x'}", "MG006", "assays.qpcr.efficiency", '{"GAPDH": "x"}', "number"),
    ("[experiment]\ntitle = 7", "MG006", "experiment.title", "7", "text in quotes"),
    ("[experiment]\ndate = '14.3.2026'", "MG006", "experiment.date", "14.3.2026", "a day such as 2026-03-14"),
    ("[experiment]\ndate = 2026-03-14T10:30:00", "MG006", "experiment.date", "2026-03-14 10:30", "such as 2026-03-14"),
    ("[experiment]\ndate = 2026", "MG006", "experiment.date", "2026", "a day such as 2026-03-14"),
    ("[assays.calcium]\ndilution = 2024-03-01", "MG006", "assays.calcium.dilution", '"2024-03-01"', "a number"),
    ("[block]\nname = '2-APB'", "MG006", "block", '{"name": "2-APB"}', "[[block]]"),
    ("[[block]]\nname = 'a'\ncolumn = 'sirna'\nintact = 'x'", "MG007", "block 1.blocked",
     "name, column, intact", "Add block 1.blocked"),
    ("[[block]]\nname = 'a'\ncolumn = 'sirna'\nintact = 'x'\nblocked = 'y'\nselectiv = true", "MG005",
     "block 1.selectiv", "selectiv", "Did you mean “selective”?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "place", "seen", "words"), WRONG)
def test_each_mistake_is_named_once_and_the_rest_is_used(text, code, place, seen, words):
    done, problems = read(CONTRAST + "[assays.protein]\ndilution = 3\n" + text)
    assert [(p.code, p.file, p.place) for p in problems] == [(code, "experiment.toml", place)]
    assert seen in problems[0].seen
    assert words in problems[0].message + problems[0].remedy
    assert done.contrast_declared
    assert done.settings.contrast.mg_raised_mM == 2.0
    if not text.startswith("[assays]"):
        assert done.settings.assays.protein.dilution == 3


@pytest.mark.parametrize("day", ["2026-03-14", "'2026-03-14'"])
def test_a_day_of_harvest_is_a_date_or_its_text(day):
    done, problems = read(f"{CONTRAST}[experiment]\ndate = {day}")
    assert problems == []
    assert done.settings.experiment.date == datetime.date(2026, 3, 14)


def test_all_mistakes_are_named_at_once():
    text = CONTRAST + "fold = 2\n[assays.calcium]\ncurv = 1\nkit = 3\n[[block]]\nname='a'\n[[block]]\nname='b'\n"
    done, problems = read(text)
    assert sorted(p.code for p in problems) == ["MG005", "MG005", "MG006", *["MG007"] * 6]
    assert done.settings.block == ()
    assert done.settings.assays.calcium.kit is None


def test_a_wrong_entry_of_a_vector_takes_the_whole_vector_out():
    done, problems = read(CONTRAST + "[assays.alizarin_image]\nvector = [0.4, 'x', 0.6]\n")
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG006", "assays.alizarin_image.vector 2", '"x"')]
    assert done.settings.assays.alizarin_image.vector == (0.38, 0.73, 0.57)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[experiment]\ntitle = 'x'\n", "contrast"),
        ("[contrast]\nmg_reference_mM = 1.0\n", "contrast.mg_raised_mM"),
    ],
)
def test_missing_levels_are_errors_and_stand_ins_are_said_to_be_so(text, place):
    done, problems = read(text)
    assert [(p.code, p.place) for p in problems] == [("MG007", place)]
    assert "no result may rest on them" in problems[0].message
    assert not done.contrast_declared
    assert done.settings.contrast.mg_raised_mM == STAND_IN["mg_raised_mM"]


def test_a_wrong_level_is_not_a_declared_one():
    done, problems = read("[contrast]\nmg_reference_mM = -1\nmg_raised_mM = 2\n")
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG006", "contrast.mg_reference_mM", "-1")]
    assert not done.contrast_declared


def test_toml_that_cannot_be_read_names_its_line():
    done, problems = read("[contrast]\nmg_reference_mM = 0,8\nmg_raised_mM = 2.0\n")
    assert [(p.code, p.file, p.place, p.seen) for p in problems] == [
        ("MG004", "experiment.toml", "line 2", "mg_reference_mM = 0,8")
    ]
    assert not done.readable


def test_raised_mg_must_lie_above_the_reference():
    _, problems = read("[contrast]\nmg_reference_mM = 2.0\nmg_raised_mM = 0.8\n")
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG008", "contrast.mg_raised_mM", "0.8")]


def test_names_of_blocks_are_used_once():
    block = "[[block]]\nname = 'a'\ncolumn = 'sirna'\nintact = 'x'\nblocked = 'y'\n"
    _, problems = read(CONTRAST + block + block)
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG009", "block 2.name", "a")]


def test_every_key_is_found_by_the_walk_that_suggestions_rest_on():
    keys = {".".join(path) for path in all_keys()}
    assert {"contrast.acellular", "block.name", "assays.t50.settling_min", "assays.qpcr.efficiency"} <= keys
    assert {k.split(".")[0] for k in keys} == set(Settings.model_fields)
