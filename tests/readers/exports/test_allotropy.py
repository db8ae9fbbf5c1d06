"""Readers that allotropy serves: another Python does the work, its document is checked, and its absence is told."""

import json
import sys

import pytest

from mgassay.readers.exports.allotropy import PREFIX, READERS, python_of_vendors

DOCUMENT = {
    "plate reader aggregate document": {
        "plate reader document": [
            {
                "measurement aggregate document": {
                    "measurement document": [
                        {
                            "device control aggregate document": {
                                "device control document": [
                                    {"detector wavelength setting": {"value": 570.0, "unit": "nm"}}
                                ]
                            },
                            "sample document": {"location identifier": well, "well plate identifier": "Plate 1"},
                            "error aggregate document": {
                                "error document": [{"error": "OVRFLW", "error feature": "absorbance"}] if over else []
                            },
                            "absorbance": {"value": -0.0 if over else 0.25, "unit": "mAU"},
                        }
                    ]
                }
            }
            for well, over in (("A1", False), ("A2", True))
        ]
    }
}


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """`(what it prints, exit status, on stderr)`: a program in the place of the Python that has allotropy."""

    def made(prints="", status=0, says=""):
        path = tmp_path / "python"
        body = "import sys\nsys.stdin.buffer.read()\n"
        body += f"sys.stdout.write({prints!r})\nsys.stderr.write({says!r})\nsys.exit({status})"
        path.write_text(f"#!{sys.executable}\n{body}\n")
        path.chmod(0o755)
        monkeypatch.setenv("MGASSAY_VENDORS", str(path))

    return made


def test_what_allotropy_reads_becomes_readings(read_export, stand_in):
    stand_in(json.dumps(DOCUMENT))
    frame, problems = read_export("p.csv", "anything", reader="allotropy_kaleido")
    assert [(p.code, p.severity) for p in problems] == [("MG166", "notice")]
    assert frame[["well", "status", "wavelength_nm", "place", "raw"]].values.tolist() == [
        ["A1", "ok", 570.0, "value 1", "0.25"],
        ["A2", "above", 570.0, "value 2", "OVRFLW"],
    ]
    assert frame["value"].isna().tolist() == [False, True]


def test_without_allotropy_the_lab_is_told_how_to_set_it_up(read_export, monkeypatch):
    monkeypatch.setenv("MGASSAY_VENDORS", "/nowhere/python")
    assert python_of_vendors() is None
    frame, problems = read_export("p.csv", "anything", reader="allotropy_kaleido")
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG163"]
    assert "make vendors" in problems[0].remedy


@pytest.mark.parametrize(
    ("prints", "status", "says", "code", "seen"),
    [
        ("", 2, "no such block", "MG165", "no such block"),
        ("", 1, "Traceback\nModuleNotFoundError: x", "MG165", "ModuleNotFoundError: x"),
        ("", 3, "", "MG165", "exit status 3"),
        ("{}", 0, "", "MG126", "no reading of a plate reader"),
        ("not json", 0, "", "MG165", "JSONDecodeError"),
    ],
)
def test_what_allotropy_refuses_is_a_problem(read_export, stand_in, prints, status, says, code, seen):
    stand_in(prints, status, says)
    frame, problems = read_export("p.csv", "anything", reader="allotropy_lunatic")
    assert len(frame) == 0
    assert [(p.code, p.seen) for p in problems] == [(code, seen)]


def test_a_file_that_is_absent_or_empty_is_told_before_allotropy_is_asked(read_export, stand_in):
    stand_in("", 9, "was asked")
    assert [p.code for p in read_export("p.csv", "", reader="allotropy_kaleido")[1]] == ["MG102"]


def test_they_are_asked_by_name_only():
    assert {r.name for r in READERS} >= {f"{PREFIX}kaleido", f"{PREFIX}lunatic"}
    assert not any(r.detect(None) for r in READERS)
