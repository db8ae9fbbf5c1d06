"""Protein by standard curve; the plates are those of conftest.py."""

import pytest


@pytest.mark.parametrize("od", [3.0, 0.1005])
def test_protein_outside_its_curve_gives_no_quotient(bench, od):
    results, problems = bench.quantify(
        bench.experiment(),
        *bench.CALCIUM,
        *bench.PROTEIN,
        bench.ca("C1", 0.45),
        bench.pr("C1", od),
    )
    assert bench.readout(results, "calcium").empty
    assert bench.readout(results, "calcium_per_well").flag.tolist() == ["no_protein"]
    assert bench.codes(problems)[-1] == "MG321"


GEN5_BCA = {  # raw signals of a Gen5 export (allotropy, MIT), standards in triplicate, blanks
    2000: (3.337, 3.394, 3.378),
    666.67: (1.112, 1.131, 1.126),
    222.22: (0.371, 0.377, 0.375),
    74.074: (0.124, 0.126, 0.125),
    24.691: (0.041, 0.042, 0.042),
    8.2305: (0.014,) * 3,
    2.7435: (0.005,) * 3,
    None: (0.001,) * 3,
}


@pytest.mark.parametrize(("raw", "published"), [(1.998, 1185.551), (2.744, 1628.811), (0.178, 105.468)])
def test_concentrations_that_a_reader_s_own_software_published(bench, raw, published):
    """Gen5 wells A4, E7, H4; its line is 0.00168 X − 0.000723 on blank-corrected signals. 1 L of lysate: mg = ug/mL."""
    rows = [
        bench.well(bench.PR, f"{'ABCDEFGH'[i]}{k}", od, "blank" if x is None else "standard", standard=x)
        for i, (x, ods) in enumerate(GEN5_BCA.items())
        for k, od in enumerate(ods, 1)
    ]
    settings = {"curve": "linear", "weighting": "none", "lysate_volume_uL": 1e6}
    results, _ = bench.quantify(bench.experiment(protein=settings, files=[bench.PR]), *rows, bench.pr("A4", raw))
    assert float(results.curves.parameters[0].partition("slope=")[2]) == pytest.approx(0.00168, abs=5e-6)
    assert bench.readout(results, "protein_per_well").value[0] == pytest.approx(published, rel=0.005)
