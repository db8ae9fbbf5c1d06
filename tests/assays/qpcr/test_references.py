"""Reference genes: which they are on a plate, and what they say together."""

import math

import pandas as pd
import pytest

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.assays.qpcr.references import (
    by_kind_of_rna,
    check_references,
    is_reference,
    reference_genes,
    reference_quantities,
)
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

NAN = math.nan


def plates(**references):
    return {name: QpcrPlate(f"{name}.txt", QpcrSettings(reference_genes=g)) for name, g in references.items()}


def row(gene, plate="P1", **more):
    """One technical mean (columns of technical_means)."""
    usual = {"condition": "ca_mg20", "donor": "D1", "rep": "1", "well": "A1;A2", "n": 2, "n_undetermined": 0}
    numbers = {"log2_quantity": -20.0, "variance": 0.02, "efficiency": 2.0, "assumed_efficiency": False}
    return {"plate": plate, "gene": gene, **usual, **numbers, **more}


def chosen(rows, **references):
    problems = Problems()
    return reference_genes(pd.DataFrame(rows), plates(**references), problems), list(problems)


def test_references_are_named_as_the_plates_name_them_each_once():
    found, problems = chosen([row("GAPDH"), row("RPLP0"), row("RUNX2")], P1=("Gapdh", "36B4", "RPLP0"))
    assert found == {"P1": ["GAPDH", "RPLP0"]}
    assert problems == []


def test_of_two_assays_of_one_gene_the_declared_one_is_the_reference():
    found, _ = chosen([row("RPLP0"), row("36B4"), row("RUNX2")], P1=("36B4",))
    assert found == {"P1": ["36B4"]}


def test_plates_without_a_declared_reference_are_left_out_and_the_others_kept():
    found, problems = chosen([row("GAPDH"), row("RUNX2", "P2")], P1=("GAPDH",), P2=())
    assert found == {"P1": ["GAPDH"]}
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [("MG514", "error", "P2.txt", "GAPDH, RUNX2")]


def test_a_reference_on_no_plate_leaves_all_its_plates_out():
    rows = [row("GAPDH"), row("RUNX2"), row("GAPDH", "P2"), row("ACTB", "P3")]
    found, problems = chosen(rows, P1=("GAPDH", "RPLP0"), P2=("GAPDH", "RPLP0"), P3=("ACTB",))
    assert found == {"P3": ["ACTB"]}
    (said,) = problems
    assert (said.code, said.severity, said.seen) == ("MG515", "error", "RPLP0")
    assert "no expression is computed from P1, P2" in said.message
    assert "Known are: GAPDH, RUNX2, ACTB." in said.remedy


def test_a_reference_that_only_another_plate_holds_is_known_here():
    # its samples are told apart later (MG516), by name
    found, problems = chosen([row("RUNX2"), row("GAPDH", "P2")], P1=("GAPDH",), P2=("GAPDH",))
    assert found == {"P1": ["GAPDH"], "P2": ["GAPDH"]}
    assert problems == []


def test_a_gene_is_a_reference_on_the_plates_that_say_so():
    rows = pd.DataFrame([row("GAPDH"), row("RUNX2"), row("GAPDH", "P2")], index=[7, 3, 5])
    found = is_reference(rows, {"P1": ["GAPDH", "RPLP0"], "P2": ["RUNX2"]})
    assert found.to_dict() == {7: True, 3: False, 5: False}
    assert not is_reference(rows, {}).any()


def test_two_references_by_hand():
    # mean (−18 − 22)/2; SE² (.02 + .06)/2²; spread .005²/(2 − 1) + .015²/(4 − 1)
    rows = [row("GAPDH", log2_quantity=-18.0), row("RPLP0", log2_quantity=-22.0, variance=0.06, n=4)]
    found = reference_quantities(pd.DataFrame(rows))
    assert list(found.index) == [("P1", "ca_mg20", "D1", "1")]
    said = found.iloc[0]
    assert (said["references"], said["reference"], said["reference_efficiency"]) == (2, -20.0, 2.0)
    assert said["reference_variance"] == pytest.approx(0.02, rel=1e-14)
    assert said["reference_spread"] == pytest.approx(0.000025 + 0.000075, rel=1e-14)
    assert not said["reference_undetermined"]
    assert not said["reference_assumed"]


def test_what_one_reference_lacks_is_not_made_up_from_the_other():
    lacking = row("RPLP0", log2_quantity=NAN, variance=NAN, n=0, n_undetermined=2, assumed_efficiency=True)
    said = reference_quantities(pd.DataFrame([row("GAPDH"), lacking])).iloc[0]
    assert said[["reference", "reference_variance", "reference_spread"]].isna().all()
    assert said["reference_undetermined"]
    assert said["reference_assumed"]
    single = row("RPLP0", n=1, variance=NAN, efficiency=NAN)
    said = reference_quantities(pd.DataFrame([row("GAPDH"), single])).iloc[0]
    assert said["reference"] == -20.0
    assert said[["reference_variance", "reference_spread", "reference_efficiency"]].isna().all()


def test_one_reference_well_without_a_cq_is_told():
    """One of three wells did not cross: the mean of the other two is used, and the sample says so."""
    (said,) = reference_quantities(pd.DataFrame([row("GAPDH", n=2, n_undetermined=1)])).to_dict("records")
    assert said["reference"] == -20.0
    assert said["reference_undetermined"]


def test_each_sample_of_each_plate_has_its_own():
    rows = [row("GAPDH", log2_quantity=-18.0), row("GAPDH", "P2", log2_quantity=-21.0), row("GAPDH", rep="2")]
    found = reference_quantities(pd.DataFrame(rows))
    assert found["reference"].tolist() == [-18.0, -21.0, -20.0]
    assert found["references"].tolist() == [1, 1, 1]


def checked(asked, measured):
    problems = Problems()
    references = {"P1": ["GAPDH", "RPLP0"]}
    check_references(pd.DataFrame(asked), pd.DataFrame(measured), references, plates(P1=()), problems)
    return list(problems)


def test_samples_without_a_reference_are_named_once_with_what_they_lack():
    asked = [row("RUNX2"), row("BMP2"), row("RUNX2", donor="D2"), row("RUNX2", donor="D3")]
    measured = [row("GAPDH"), row("RPLP0", donor="D2"), row("GAPDH", donor="D3"), row("RPLP0", donor="D3")]
    (said,) = checked(asked, measured)
    assert (said.code, said.severity, said.file) == ("MG516", "error", "P1.txt")
    assert said.seen == "ca_mg20 D1 rep 1, ca_mg20 D2 rep 1"
    assert "lack RPLP0, GAPDH on this plate" in said.message


def test_a_reference_without_a_quantity_is_an_error_unless_its_efficiency_is_the_reason():
    asked = [row("RUNX2"), row("RUNX2", donor="D2")]
    lost = row("GAPDH", log2_quantity=NAN, n=0, n_undetermined=2, well="B1;B2")
    unknown = row("RPLP0", log2_quantity=NAN, efficiency=NAN, well="C1;C2")  # has an error of its own
    (said,) = checked(asked[:1], [lost, unknown])
    assert (said.code, said.severity, said.seen, said.place) == ("MG517", "error", "ca_mg20 D1 rep 1", "B1;B2")


def test_complete_samples_need_no_word():
    assert checked([row("RUNX2")], [row("GAPDH"), row("RPLP0")]) == []


def kinds(rows, references, **settings):
    problems = Problems()
    declared = {p: QpcrPlate(f"{p}.txt", QpcrSettings(**settings)) for p in references}
    found = [(list(own["gene"]), genes) for own, genes in by_kind_of_rna(rows, references, declared, problems)]
    return found, list(problems)


def test_micrornas_are_related_to_small_rnas_and_genes_to_messengers():
    rows = pd.DataFrame([row(g) for g in ("RUNX2", "GAPDH", "miR-30b", "RNU6", "hsa-miR-204-5p")])
    found, problems = kinds(rows, {"P1": ["GAPDH", "RNU6"]})
    assert found == [
        (["RUNX2", "GAPDH"], {"P1": ["GAPDH"]}),
        (["miR-30b", "RNU6", "hsa-miR-204-5p"], {"P1": ["RNU6"]}),
    ]
    assert problems == []


def test_a_microrna_beside_messengers_only_is_an_error():
    rows = pd.DataFrame([row("miR-30b"), row("RUNX2"), row("GAPDH"), row("miR-30b", "P2"), row("RNU6", "P2")])
    found, (said,) = kinds(rows, {"P1": ["GAPDH"], "P2": ["RNU6"]})
    assert found[0] == (["miR-30b", "miR-30b", "RNU6"], {"P2": ["RNU6"]})
    assert found[1] == (["RUNX2", "GAPDH"], {"P1": ["GAPDH"]})
    assert (said.code, said.severity, said.seen, said.file) == ("MG560", "error", "miR-30b", "P1.txt")
    assert "small RNA" in said.message
    assert "GAPDH" in said.message


def test_the_settings_name_small_rnas_that_no_panel_knows():
    rows = pd.DataFrame([row("spike 7"), row("miR-30b")])
    found, problems = kinds(rows, {"P1": ["spike 7"]}, small_rna=("Spike-7",))
    assert found == [(["spike 7", "miR-30b"], {"P1": ["spike 7"]})]
    assert problems == []


def test_only_messengers_stay_as_they_are():
    rows = pd.DataFrame([row("RUNX2"), row("GAPDH")])
    found, problems = kinds(rows, {"P1": ["GAPDH"]})
    assert found == [(["RUNX2", "GAPDH"], {"P1": ["GAPDH"]})]
    assert problems == []
