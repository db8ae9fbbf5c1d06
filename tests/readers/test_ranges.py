"""A slip of the unit is an error that names the unit; an unusual number is a warning; the usual is silent."""

import pytest

from mgassay.experiment import Contrast, Settings
from mgassay.problems import Problems
from mgassay.readers.conditions import conditions_from_cells
from mgassay.readers.declared import cells_from_rows
from mgassay.readers.settings import ReadSettings

READ = ReadSettings(Settings(contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2)), True, True)


@pytest.fixture
def problems_of():
    problems = Problems()

    def found(**columns: str):
        held = {"condition": "c", "medium": "calcifying", "mg_mM": "0.8", **columns}
        conditions_from_cells(cells_from_rows([list(held), list(held.values())], "conditions.csv", ""), READ, problems)
        return [(p.code, p.severity, p.seen) for p in problems], list(problems)

    return found


@pytest.mark.parametrize(
    ("columns", "meant"),
    [
        ({"mg_mM": "800"}, "0.8"),  # uM in a column of mM
        ({"mg_mM": "0.002"}, "2"),  # M
        ({"ca_mM": "1800"}, "1.8"),
        ({"pi_mM": "0.0026"}, "2.6"),
        ({"bgp_mM": "10000"}, "10"),
        ({"hco3_mM": "44000"}, "44"),
        ({"co2_percent": "0.05"}, "5"),
        ({"inhibitor": "2-APB", "inhibitor_uM": "0.1"}, "100"),  # mM
        ({"inhibitor": "2-APB", "inhibitor_uM": "100000"}, "100"),  # nM
        ({"albumin_uM": "0.0006"}, "600"),
    ],
)
def test_a_slip_of_the_unit_is_an_error(problems_of, columns, meant):
    found, problems = problems_of(**columns)
    assert [(code, severity) for code, severity, _ in found] == [("MG067", "error")]
    assert f"it would be {meant} in the unit" in problems[0].message


@pytest.mark.parametrize(
    "columns", [{"pH": "4.7"}, {"serum_percent": "200"}, {"co2_percent": "38"}, {"ppi_uM": "20000"}]
)
def test_an_unusual_number_is_a_warning(problems_of, columns):
    found, _ = problems_of(**columns)
    assert [(code, severity) for code, severity, _ in found] == [("MG068", "warning")]


@pytest.mark.parametrize(
    "columns",
    [
        {"mg_mM": "0"},  # a medium without Mg
        {"ca_mM": "1.8", "pi_mM": "2.6", "bgp_mM": "10", "hco3_mM": "44", "pH": "7.4", "co2_percent": "5"},
        {"serum_percent": "0.1", "albumin_uM": "600", "atp_uM": "10", "ppi_uM": "10", "nh4_mM": "0.1"},
        {"inhibitor": "2-APB", "inhibitor_uM": "50"},
        {"inhibitor": "waixenicin A", "inhibitor_uM": "0.01"},
        {"bgp_mM": "0", "co2_percent": "0"},
    ],
)
def test_what_media_hold_is_silent(problems_of, columns):
    assert problems_of(**columns)[0] == []
