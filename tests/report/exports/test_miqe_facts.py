from mgassay.report.exports import miqe_facts
from mgassay.report.exports.files import facts_of

EFFICIENCY = [
    {"gene": "RUNX2", "measure": "efficiency", "subject": "series", "estimate": 1.93, "ci_low": 1.9, "ci_high": 1.96},
    {"gene": "GAPDH", "measure": "efficiency", "subject": "assumed", "estimate": 2.0},
    {
        "gene": "RUNX2",
        "measure": "series_slope",
        "subject": "series",
        "estimate": -3.5,
        "ci_low": -3.6,
        "ci_high": -3.4,
    },
    {"gene": "RUNX2", "measure": "series_r2", "subject": "series", "estimate": 0.99912},
    {"gene": "RUNX2", "measure": "series_lowest", "subject": "series", "estimate": 0.001},
    {"gene": "RUNX2", "measure": "series_highest", "subject": "series", "estimate": 1.0},
    {"gene": "RUNX2", "measure": "ntc_percent", "subject": "mean of samples", "estimate": 0.0234},
]


def told(pcr, name, **parts):
    found = getattr(miqe_facts, name)(facts_of(pcr.make_experiment(), pcr.make_parts(**parts), {}))
    return found and found.text


def test_design_is_told_from_the_wells_that_were_run(pcr):
    assert told(pcr, "groups") == "2 conditions: ca_mg08, ca_mg20"
    assert told(pcr, "group_sizes") == "1 donor in every condition"  # D2 has no well that counts
    assert told(pcr, "biological_replicates") == "1 donor: D1"
    assert told(pcr, "technical_replicates") == "qPCR: 1 well in 2 samples and genes, 2 wells in 1 sample and gene"
    assert told(pcr, "targets") == "RUNX2, Gapdh (GAPDH)"


def test_controls_are_told_with_their_earliest_cq(pcr):
    assert told(pcr, "without_template") == "1 well; no Cq for RUNX2"
    assert told(pcr, "without_template", quality=EFFICIENCY).endswith("at most 0.023 % of the samples' mean quantity")
    assert told(pcr, "without_reverse_transcriptase") == "1 well; RUNX2: earliest Cq 36.50"
    only = [w for w in pcr.WELLS if w[7] == "sample"]
    assert told(pcr, "without_template", wells=only) is None
    assert told(pcr, "without_reverse_transcriptase", wells=only) is None


def test_assays_are_told_where_they_were_measured(pcr):
    assert told(pcr, "series_slopes", quality=EFFICIENCY) == "RUNX2 −3.50 [−3.60, −3.40] Cq per tenfold quantity"
    assert told(pcr, "series_r2", quality=EFFICIENCY) == "RUNX2 0.9991"
    assert told(pcr, "series_ranges", quality=EFFICIENCY) == "RUNX2 0.001 to 1 (quantities as given)"
    assert told(pcr, "efficiencies", quality=EFFICIENCY) == (
        "factor per cycle: RUNX2 1.930, dilution series; GAPDH 2.000, assumed, not measured")  # fmt: skip
    assert told(pcr, "efficiency_intervals", quality=EFFICIENCY) == "95 %: RUNX2 [1.900, 1.960]"


def test_an_assumption_is_no_measurement(pcr):
    for name in ("efficiencies", "efficiency_intervals", "series_slopes", "series_r2", "series_ranges"):
        assert told(pcr, name, quality=EFFICIENCY[1:2]) is None


def test_cycles_say_when_they_are_assumed(pcr):
    assert told(pcr, "cycles") == "40 cycles"
    parts = pcr.make_parts()
    parts["qpcr"]["flag"] = parts["qpcr"]["flag"].where(parts["qpcr"]["plate"] == "q1", "assumed_cycles")
    assert miqe_facts.cycles(facts_of(pcr.make_experiment(), parts, {})).text == "40 cycles, 40 cycles (assumed)"


def test_a_multiplex_is_told_and_readers_are_named(pcr):
    both = [*pcr.WELLS, ("q1", "A1", "s1", "ca_mg08", "D1", "1", "Gapdh", "sample", 17.0, "value", pcr.NAN)]
    assert told(pcr, "multiplex", wells=both) == "up to 2 targets in a well; efficiencies as below"
    reading = {"readings": [{"file": "raw/q1.csv", "reader": "quantstudio"}, {"file": "other", "reader": "gen5"}]}
    given = facts_of(pcr.make_experiment(), pcr.make_parts(), reading)
    assert miqe_facts.readers(given).text == "exports were read as quantstudio"


def test_rows_are_told_plate_by_plate():
    rows = [{"gene": g, "plate": p} for p in ("q1", "q2") for g in ("A", "B")]
    assert miqe_facts.of_rows(rows, lambda r: "1") == "plate q1: A 1; B 1. plate q2: A 1; B 1"
