import math

from mgassay import tables
from mgassay.report.qpcr_quality import quality_pieces
from mgassay.report.rows import Tables

NAN = math.nan
ROWS = [
    {"gene": "RUNX2", "measure": "efficiency", "subject": "series", "estimate": 1.93, "ci_low": 1.9,
     "ci_high": 1.96, "n": 12},
    {"gene": "GAPDH", "measure": "efficiency", "subject": "assumed", "estimate": 2.0},
    {"gene": "RUNX2", "measure": "series_slope", "subject": "series", "estimate": -3.5},
    {"gene": "RUNX2", "measure": "series_r2", "subject": "series", "estimate": 0.99912},
    {"gene": "RUNX2", "measure": "series_lowest", "subject": "series", "estimate": 0.001},
    {"gene": "RUNX2", "measure": "series_highest", "subject": "series", "estimate": 1.0},
    {"gene": "RUNX2", "plate": "q1", "measure": "ntc_percent", "subject": "mean of samples", "estimate": 0.0234,
     "n": 2},
    {"gene": "GAPDH", "plate": "q1", "measure": "ntc_percent", "subject": "mean of samples", "ci_high": 0.0001, "n": 2,
     "flag": "undetermined"},
    {"gene": "RUNX2", "plate": "q1", "measure": "replicate_sd", "subject": "technical", "estimate": 0.08, "n": 24},
    {"gene": "RUNX2", "plate": "q2", "measure": "calibration", "subject": "IRC", "estimate": 0.25, "n": 3},
    {"gene": "GAPDH", "measure": "genorm_m", "subject": "candidates", "estimate": 0.31, "n": 40},
    {"gene": "GAPDH", "measure": "normfinder", "subject": "candidates, between conditions", "estimate": 0.12, "n": 38},
    {"gene": "", "measure": "genorm_v", "subject": "candidates: 2 and 3, adding B2M", "estimate": 0.1234, "n": 40},
    {"gene": "TRPM7", "measure": "knockdown", "subject": "siTRPM7 at raised Mg", "estimate": 0.3, "ci_low": 0.23,
     "ci_high": 0.4, "p": 0.0001, "n": 4},
    {"gene": "RUNX2", "measure": "new_measure", "subject": "x", "estimate": 7.0, "unit": "1"},
]  # fmt: skip


def listings(hand, rows):
    made = quality_pieces(Tables({"qpcr_quality": tables.QPCR_QUALITY.frame(rows)}, 0.8, 2.0), hand.make_experiment())
    plain = [p.listing if p.kind == "folded" else p for p in made if p.kind in ("listing", "folded")]
    return {p.caption: p for p in plain}, made


def test_every_row_of_the_table_is_shown_once(hand):
    found, _ = listings(hand, ROWS)
    assert found["Efficiencies"].rows == (
        ("RUNX2", "1.930", "1.900 to 1.960", "dilution series", "−3.50", "0.9991", "0.001 to 1", "12"),
        ("GAPDH", "2.000", "", "assumed, not measured", "", "", "", ""),
    )
    controls = found["Control wells in percent of the samples"].rows
    assert [r[4] for r in controls] == ["0.023", "below 1.0e-04"]
    assert controls[1][-1] == "Cq not reached"
    assert found["Technical replicates"].rows == (("RUNX2", "q1", "0.08", "24"),)
    assert found["Inter-run calibration"].rows == (("RUNX2", "q2", "0.25", "IRC", "3"),)
    assert found["Stability of reference genes"].rows == (("GAPDH", "candidates", "0.31", "0.12", "40"),)
    assert found["geNorm, gene by gene"].rows == (("V", "candidates: 2 and 3, adding B2M", "0.123", "40"),)
    assert found["Knock-down, mRNA"].rows[0][2:5] == ("0.30", "0.23 to 0.40", "p < 0.001")


def test_a_measure_that_is_not_known_is_shown_as_it_stands(hand):
    found, _ = listings(hand, ROWS)
    assert found["Further measures of qPCR"].rows == (("new measure", "RUNX2", "x", "7.00", "1"),)


def test_long_tables_are_opened_on_request_and_nothing_makes_nothing(hand):
    many = [{**ROWS[8], "gene": f"G{i}"} for i in range(13)]
    assert [p.kind for p in listings(hand, many)[1]] == ["heading", "folded"]
    assert listings(hand, []) == ({}, [])
