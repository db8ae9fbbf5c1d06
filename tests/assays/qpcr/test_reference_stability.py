"""geNorm and NormFinder of an experiment's reference genes, as rows."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.reference_stability import quantities, stability_rows
from mgassay.assays.qpcr.stability import genorm, normfinder
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

SD = {"GAPDH": 0.1, "RPLP0": 0.1, "TBP": 0.2, "ACTB": 0.8, "RUNX2": 2.0}


def technical(genes=tuple(SD), plates=("P1",), seed=3):
    """Technical means of three conditions × four donors on each plate; SD by gene."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "plate": plate,
            "condition": condition,
            "donor": f"D{donor}",
            "rep": "1",
            "gene": gene,
            "log2_quantity": -20 + rng.normal(0, SD.get(gene, 0.1)) + 3.0 * plates.index(plate) * (gene == "GAPDH"),
        }
        for plate in plates
        for condition in ("control", "ca08", "ca20")
        for donor in range(4)
        for gene in genes
    )


def found(data, references, **settings):
    problems = Problems()
    rows = stability_rows(data, references, QpcrSettings(**settings), problems)
    table = tables.QPCR_QUALITY.check(tables.QPCR_QUALITY.frame(rows))
    return table, list(problems)


def test_rows_hold_what_the_measures_say():
    data = technical(("GAPDH", "RPLP0", "TBP"))
    table, problems = found(data, {"P1": ["GAPDH", "RPLP0", "TBP"]})
    wide = data.pivot(index=["condition", "donor"], columns="gene", values="log2_quantity")[["GAPDH", "RPLP0", "TBP"]]
    values = wide.to_numpy()
    m = table[table["measure"] == "genorm_m"].set_index("gene")["estimate"]
    assert m.tolist() == pytest.approx(genorm(values).m.tolist())
    v = table[table["measure"] == "genorm_v"]
    assert v["estimate"].tolist() == pytest.approx(genorm(values).v.tolist())
    assert v["subject"].tolist() == ["candidates: 2 and 3, adding TBP"]
    condition = np.unique(wide.index.get_level_values("condition"), return_inverse=True)[1]
    stable = table[table["measure"] == "normfinder"].set_index("gene")["estimate"]
    assert stable.tolist() == pytest.approx(normfinder(values, condition).tolist())
    assert (table["n"] == 12).all()
    assert problems == []


def test_measured_genes_that_could_serve_are_candidates():
    table, problems = found(technical(), {"P1": ["GAPDH", "RPLP0"]})
    m = table[table["measure"] == "genorm_m"]
    assert set(m.loc[m["subject"] == "candidates", "gene"]) == {"GAPDH", "RPLP0", "TBP", "ACTB"}  # RUNX2 is a target
    assert set(m.loc[m["subject"] == "declared", "gene"]) == {"GAPDH", "RPLP0"}
    assert m.loc[m["gene"] == "ACTB", "estimate"].item() == m["estimate"].max()
    assert problems == []


def test_one_reference_cannot_be_judged():
    table, (said,) = found(technical(("GAPDH", "RUNX2")), {"P1": ["GAPDH"]})
    assert table.empty
    assert (said.code, said.severity, said.seen) == ("MG550", "warning", "GAPDH")


def test_references_that_vary_are_told():
    references = {"P1": ["GAPDH", "ACTB"]}
    _, (said,) = found(technical(), references)
    assert (said.code, said.severity) == ("MG551", "warning")
    assert "GAPDH, ACTB" in said.message
    assert found(technical(), references, reference_max_m=2.0)[1] == []


def test_another_threshold_on_another_plate_is_no_instability():
    table, problems = found(technical(plates=("P1", "P2")), {"P1": ["GAPDH", "RPLP0"], "P2": ["GAPDH", "RPLP0"]})
    m = table[(table["measure"] == "genorm_m") & (table["subject"] == "declared")]["estimate"]
    assert m.max() < 0.25  # √(.1² + .1²) = .14; three Cq apart it would be 1.5
    assert problems == []


def test_each_kind_of_rna_has_its_own_candidates():
    data = technical(("GAPDH", "RPLP0", "RNU6", "SNORD48", "UNKNOWN"))
    table, _ = found(data, {"P1": ["GAPDH", "RPLP0", "RNU6"]})
    candidates = table[table["subject"] == "candidates"].groupby("estimate")["gene"].agg(set).tolist()
    assert sorted(map(sorted, candidates)) == [["GAPDH", "RPLP0"], ["RNU6", "SNORD48"]]


def test_a_sample_without_one_of_the_genes_does_not_count():
    data = technical(("GAPDH", "RPLP0"))
    data.loc[0, "log2_quantity"] = np.nan
    assert len(quantities(data, ["GAPDH", "RPLP0"])) == 11
    apart = data[(data["gene"] == "GAPDH") == (data["condition"] == "control")]
    table, _ = found(apart, {"P1": ["GAPDH", "RPLP0"]})
    assert table.empty


def test_two_samples_of_two_plates_say_nothing_of_stability():
    """A mean is taken off on each plate: of one sample each nothing is left, and there is no degree of freedom."""
    data = technical(("GAPDH", "RPLP0"), plates=("P1", "P2"))
    first = (data["condition"] == "control") & (data["donor"] == "D0")
    table, _ = found(data[first], {"P1": ["GAPDH", "RPLP0"], "P2": ["GAPDH", "RPLP0"]})
    assert table.empty


def test_conditions_of_two_samples_are_groups_of_normfinder():
    """Andersen's model needs two samples for the variance within a group, not three."""
    genes = ("GAPDH", "RPLP0", "TBP")
    data = technical(genes)
    two = data[data["donor"].isin(["D0", "D1"])]
    table, _ = found(two, {"P1": list(genes)})
    stable = table[table["measure"] == "normfinder"].set_index("gene")
    assert stable["n"].tolist() == [6, 6, 6]
    wide = two.pivot(index=["condition", "donor"], columns="gene", values="log2_quantity")[list(genes)]
    condition = np.unique(wide.index.get_level_values("condition"), return_inverse=True)[1]
    assert stable.loc[list(genes), "estimate"].tolist() == pytest.approx(
        normfinder(wide.to_numpy(), condition).tolist()
    )


def test_a_set_is_held_to_its_mean_m_by_hand():
    """Log2 quantities by sample: GAPDH 0 0 0 0, RPLP0 1 −1 1 −1, TBP 1 1 −1 −1.

    SD of the ratios: GAPDH/RPLP0 and GAPDH/TBP √(4/3), RPLP0/TBP (0 −2 2 0) √(8/3). M: GAPDH 1.1547, the other two
    1.3938 each, the mean 1.3141; that of the two most stable alone is 1.1547.
    """
    by_gene = {"GAPDH": (0, 0, 0, 0), "RPLP0": (1, -1, 1, -1), "TBP": (1, 1, -1, -1)}
    data = pd.DataFrame(
        {"plate": "P1", "condition": "ca08", "donor": f"D{i}", "rep": "1", "gene": gene, "log2_quantity": float(q)}
        for gene, of_samples in by_gene.items()
        for i, q in enumerate(of_samples)
    )
    _, problems = found(data, {"P1": list(by_gene)}, reference_max_m=1.31)
    assert [(p.code, p.seen) for p in problems] == [("MG551", "1.31")]
    assert found(data, {"P1": list(by_gene)}, reference_max_m=1.32)[1] == []
