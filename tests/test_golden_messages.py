"""Every code has its golden message; and problems that no other test provokes in a process of its own."""

import re

import numpy as np
import pytest
from tests import golden_messages

from mgassay.problems import Problems, catalogue

CASES = golden_messages.golden()


def test_every_code_has_a_golden_message_and_no_other_has():
    assert set(CASES) == set(catalogue()), "pytest --record-messages FILES takes in those of the tests in these files"


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_message_is_the_one_that_was_read(code):
    words = golden_messages.words_of(golden_messages.problem_of(code, CASES[code]["facts"]))
    assert words == {key: CASES[code][key] for key in words}, "read it; `make messages` then writes it anew"


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_message_reads_as_sentences(code):
    message, remedy = CASES[code]["message"], CASES[code]["remedy"]
    for text in (message, remedy):
        assert text == text.strip()
        assert not re.search(r"[{}]|\bnan\b|  |,,|\(\)|“”| \.(?![\w.])", text), text
        assert re.match(r"[\w“`([]", text), text
        assert re.search(r"[.?!)”…]$", text), text
    assert message != remedy
    assert message != CASES[code]["title"]


def test_the_test_of_each_message_is_there(root):
    files = {case["test"].partition("::")[0] for case in CASES.values()}
    text = {file: (root / file).read_text(encoding="utf-8") for file in files}
    for code, case in CASES.items():
        file, _, name = case["test"].partition("::")
        assert f"def {name.partition('[')[0].rpartition('::')[2]}(" in text[file], code


def test_writing_anew_loses_no_code_and_keeps_what_cannot_be_written():
    kept = golden_messages.merged(CASES, {})
    assert set(kept) == set(CASES)
    broken = {**CASES, "MG024": {**CASES["MG024"], "facts": {}}}
    assert golden_messages.merged(broken, {})["MG024"]["message"] == CASES["MG024"]["message"]
    assert "MG000" not in golden_messages.merged({**CASES, "MG000": CASES["MG002"]}, {})


def test_the_file_is_as_it_is_written():
    assert golden_messages.PAGE.read_text(encoding="utf-8") == golden_messages.written(CASES)


# Provoked here, since other tests do so in a process of its own, in a fixture of many, or in a folder of one run ------


def test_no_folder(tmp_path, monkeypatch):
    from pathlib import Path

    from mgassay.readers.folder import read_experiment

    monkeypatch.chdir(tmp_path)
    problems = Problems()
    assert read_experiment(Path("my-experiments/ca-2026-30"), problems) is None
    assert [p.code for p in problems] == ["MG001"]


def test_an_overexposed_image():
    from mgassay.assays.images.plate_scale import decode_suitable

    white = np.full((64, 64, 3), 255, np.uint8)
    white[20:30, 20:30] = (200, 90, 120)
    problems = Problems()
    assert decode_suitable("images/ARS1_B03.jpg", "B3", lambda _: white, problems) is None
    assert [p.code for p in problems] == ["MG425"]


def test_conditions_that_describe_no_medium(tmp_path, monkeypatch):
    import typer

    from mgassay.cli.chemistry import chemistry

    table = tmp_path / "conditions.csv"
    table.write_text(
        "condition,medium,mg_mM,inhibitor,sirna,cells,comparator\nca_mg08,calcifying,0.8,none,none,live,none\n"
    )
    with pytest.raises(typer.Exit):
        chemistry(table, csv=False)


def test_a_raw_file_that_changed_during_the_run(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from mgassay import store
    from mgassay.cli import app
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    for name, content in simulate_experiment(Truth(donors=2, images=False, qpcr=False), 5, "small").items():
        store.write_bytes(tmp_path / "small" / name, content)
    monkeypatch.chdir(tmp_path)
    for verb in ("read small made", "images small made", "quantify made", "effects made"):
        assert CliRunner().invoke(app, verb.split(), catch_exceptions=False).exit_code == 0
    first = min((tmp_path / "small" / "raw").iterdir())
    first.write_bytes(first.read_bytes() + b"\n")
    CliRunner().invoke(app, ["report", "small", "made"], catch_exceptions=False)
    assert "MG901" in (tmp_path / "made" / "tables" / "problems.csv").read_text()
