from xml.etree.ElementTree import Element

import pytest

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.readers.rdml_document import Run
from mgassay.readers.rdml_runs import runs_asked

RUNS = [
    Run(e, name, Element("run")) for e, name in (("day 3", "FAM"), ("day 3", "HEX"), ("day 7", "a;b"), ("x", "HEX"))
]


def asked(sheet, runs=RUNS):
    return [runs.index(run) for run in runs_asked(runs, RawFile(file="q", assay="qpcr", plate="P", sheet=sheet))]


def test_runs_are_named_alone_or_joined():
    assert asked("fam") == [0]
    assert asked(" FAM ; day 3/hex") == [0, 1]
    assert asked("FAM;fam") == [0]
    assert asked("FAM;") == [0]
    assert asked("a;b") == [2]
    assert asked("", RUNS[:1]) == [0]


@pytest.mark.parametrize(
    ("sheet", "runs", "code"),
    [
        ("", RUNS, "MG113"), ("HEX", RUNS, "MG113"), ("FAM;HEX", RUNS, "MG113"), ("FAM;Cy5", RUNS, "MG115"),
        (";", RUNS, "MG115"), ("", [], "MG126"),
    ],
)  # fmt: skip
def test_names_that_mean_none_or_several(sheet, runs, code):
    with pytest.raises(UnreadableError) as bad:
        asked(sheet, runs)
    assert bad.value.code == code
