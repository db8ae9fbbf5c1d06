import phreeqc
from tests.chemistry.conftest import experiment

from mgassay import tables
from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems
from mgassay.report.chemistry_methods import REFERENCES, chemistry_sentences
from mgassay.report.methods import methods_text
from mgassay.report.rows import tables_of


def told(*rows, expected=()):
    held = experiment(*rows)
    made = chemistry_from_conditions(held, Problems())
    made["passive_expected"] = tables.PASSIVE_EXPECTED.frame(expected)
    return held, made, " ".join(chemistry_sentences(tables_of(held, made)))


def test_only_what_was_done_is_written():
    assert told(("a", {"basal_medium": None, "ca_mM": None, "pi_mM": None}))[2] == ""
    one = told(("a", {}))[2]
    assert "4 sets of constants" in one
    assert "Pi-equivalent" not in one
    two = told(("a", {}), ("b", {"mg_mM": 2.0}))[2]
    assert "Pi-equivalent" in two
    assert "donor by donor" not in two
    assert "donor by donor" in told(("a", {}), ("b", {"mg_mM": 2.0}), expected=[{"estimate": 0.1}])[2]


def test_the_version_named_is_the_programs_own():
    assert phreeqc.Phreeqc().GetVersionString().startswith("3.8.6")


def test_the_paragraph_cites_whom_it_names():
    held, made, _ = told(("a", {}))
    assert REFERENCES["Parkhurst"] in methods_text(held, made, {})
