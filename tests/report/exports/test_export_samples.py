import pandas as pd

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.report.exports.export_samples import samples_of, targets_of, with_samples

KEYS = ("plate", "target", "role", "condition", "donor", "rep", "sample", "standard")
NAN = float("nan")


def wells(*rows):
    return pd.DataFrame([dict(zip(KEYS, r, strict=True)) for r in rows])


def plates(**settings):
    return {"q": QpcrPlate("", QpcrSettings(**settings))}


def test_a_culture_well_is_one_sample_whatever_its_runs_call_it():
    made = with_samples(wells(
        ("q", "A", "sample", "ca", "D1", "1", "one", NAN), ("q", "A", "excluded", "ca", "D1", "1", "other", NAN),
        ("q", "A", "sample", "ca", "D1", "2", "one", NAN),
    ))  # fmt: skip
    assert list(made["name"]) == ["ca D1 rep 1", "ca D1 rep 1", "ca D1 rep 2"]
    first, second = samples_of(made, plates())
    assert (first.called, first.condition, first.donor, first.rep, first.type) == (
        "one, other",
        "ca",
        "D1",
        "1",
        "unkn",
    )
    assert second.name == "ca D1 rep 2"


def test_controls_and_standards_have_types_and_names_of_their_own():
    made = with_samples(wells(
        ("q", "A", "ntc", "", "", "", "water", NAN), ("q", "A", "nrt", "ca", "D1", "", "", NAN),
        ("q", "A", "standard", "", "", "", "dil", 1000.0), ("q", "A", "standard", "", "", "", "dil", 0.001),
        ("q", "A", "standard", "", "", "", "lowest", NAN), ("q", "A", "sample", "", "", "", "", NAN),
    ))  # fmt: skip
    assert list(zip(made["name"], made["type"], strict=True)) == [
        ("NTC", "ntc"), ("NRT ca D1", "nrt"), ("standard 1000", "std"), ("standard 0.001", "std"),
        ("standard lowest", "std"), ("unknown sample", "unkn"),
    ]  # fmt: skip
    quantities = [s.quantity for s in samples_of(made, plates()) if s.type == "std"]
    assert quantities[:2] == [1000.0, 0.001]
    assert pd.isna(quantities[2])


def test_two_solutions_never_share_a_name():
    made = with_samples(wells(
        ("q", "A", "sample", "NTC", "", "", "", NAN), ("q", "A", "ntc", "", "", "", "", NAN),
        ("q", "A", "sample", "a b", "c", "", "", NAN), ("q", "A", "sample", "a", "b c", "", "", NAN),
        ("q", "A", "sample", "a b", "c", "", "", NAN),
    ))  # fmt: skip
    assert list(made["name"]) == ["NTC ", "NTC", "a b c", "a b c (2)", "a b c"]


def test_a_reference_gene_is_known_under_its_symbol_and_a_calibrator_by_its_name():
    made = with_samples(wells(
        ("q", "Gapdh", "sample", "ca", "D1", "", "IRC µ", NAN), ("q", "Cbfa1", "sample", "ca", "D1", "", "IRC µ", NAN),
    ))  # fmt: skip
    given = plates(reference_genes=("GAPDH",), calibrator="irc μ")
    assert [(t.name, t.gene, t.type) for t in targets_of(made, given)] == [
        ("Gapdh", "GAPDH", "ref"), ("Cbfa1", "RUNX2", "toi"),
    ]  # fmt: skip
    assert [s.calibrator for s in samples_of(made, given)] == [True]
