import math

from mgassay import tables
from mgassay.report.exports import miqe_analysis
from mgassay.report.exports.files import facts_of

SHIFT = {"measure": "reference_shift", "subject": "Mg: b / a", "unit": "log2"}


def told(pcr, name, experiment=None, more=None, **parts):
    given = {**pcr.make_parts(**parts), **(more or {})}
    found = getattr(miqe_analysis, name)(facts_of(experiment or pcr.make_experiment(), given, {}))
    return found and found.text


def test_where_cq_are_from_and_what_became_of_those_without(pcr):
    assert told(pcr, "cq_source") == (
        "Cq as the instrument's program exported them (raw/q1.csv, raw/q2.csv); none was determined anew")  # fmt: skip
    assert told(pcr, "not_detected").startswith(
        "1 sample well did not cross the threshold: less than the least that was seen"
    )
    fitted = {"effects": tables.EFFECTS.frame([{"readout": "gene:RUNX2", "flag": "undetermined;censored"}])}
    assert told(pcr, "not_detected", more=fitted).endswith("never dropped; block analysis by censored likelihood")
    seen = [w for w in pcr.WELLS if w[9] == "value"]
    assert told(pcr, "not_detected", wells=seen) == "every sample well that was run has a Cq"


def test_outliers_say_what_became_of_them_and_who_left_wells_out(pcr):
    out = {"exclusions": tables.EXCLUSIONS.frame([{"assay": "qpcr", "by": "lab"}, {"assay": "calcium", "by": "lab"}])}
    assert told(pcr, "outliers", more=out) == "technical outliers: 0 wells flagged, and kept; left out by lab: 1 well"


def test_references_and_their_largest_shift(pcr):
    m = [{"gene": "GAPDH", "measure": "genorm_m", "subject": "declared", "estimate": 0.31}]
    assert told(pcr, "references", quality=m) == (
        "GAPDH; geNorm M: GAPDH 0.31 log2")  # fmt: skip
    rows = [{**SHIFT, "gene": "GAPDH", "estimate": 0.1, "ci_low": -0.1, "ci_high": 0.3},
            {**SHIFT, "gene": "RPLP0", "estimate": -1.0, "ci_low": -2.0, "ci_high": 0.0}]  # fmt: skip
    assert told(pcr, "reference_shifts", quality=rows) == (
        "largest shift: RPLP0, Mg: b / a: 0.50-fold (0.25 to 1.00), relative to the other references")  # fmt: skip
    alone = [{**rows[0], "measure": "reference_own_shift", "ci_low": math.nan, "ci_high": math.nan}]
    assert told(pcr, "reference_shifts", quality=alone).endswith("1.07-fold, by its own quantity")
    assert told(pcr, "reference_shifts") is None
    assert told(pcr, "references", experiment=pcr.make_experiment(reference_genes=[])) is None
    assert told(pcr, "normalisation", experiment=pcr.make_experiment(reference_genes=[])) is None


def test_assumed_efficiencies_are_called_uncorrected(pcr):
    row = {"measure": "efficiency", "estimate": 2.0}
    rows = [{**row, "gene": "A", "subject": "assumed"}, {**row, "gene": "B", "subject": "given"}]
    assert told(pcr, "corrected_quantities", quality=rows) == (
        "corrected by a factor of their own: B; 2 per cycle assumed, so not corrected: A")  # fmt: skip


def test_one_plate_has_no_variation_between_runs(pcr):
    one = [w for w in pcr.WELLS if w[0] == "q1"]
    found = miqe_analysis.between_runs(facts_of(pcr.make_experiment(), pcr.make_parts(wells=one), {}))
    assert not found.applies
    assert told(pcr, "between_runs") is None
    rows = [{"gene": "A", "plate": "q2", "measure": "calibration", "estimate": 0.25, "ci_low": 0.1, "ci_high": 0.4}]
    assert told(pcr, "between_runs", quality=rows) == "shift of plates, log2: plate q2: A 0.25 [0.10, 0.40]"


def test_files_and_software_are_named_and_limits_are_the_labs(pcr):
    given = facts_of(pcr.make_experiment(), pcr.make_parts(), {"versions": {"mgassay": "0.1.0", "scipy": "1.17"}})
    assert miqe_analysis.software(given).text == "mgassay 0.1.0, scipy 1.17"
    assert miqe_analysis.raw_data(given).text == "mg-pcr.rdml, mg-pcr_q1_rdes.tsv, mg-pcr_q2_rdes.tsv"
    assert miqe_analysis.curves_exported(given).text.endswith("the exports of 0 of 2 plates hold amplification curves")
    assert miqe_analysis.limits_in_force(given) == (
        "NTC 1 % and NRT 1 % of the samples' mean quantity, geNorm M 0.5, "
        "shift of a reference gene 1.5-fold")  # fmt: skip


def test_repeatability_statistics_and_intervals_need_their_tables(pcr):
    assert [told(pcr, n) for n in ("repeatability", "statistics", "quantity_intervals")] == [None, None, None]
    sd = [{"gene": "A", "plate": "q1", "measure": "replicate_sd", "estimate": 0.08, "ci_low": 0.06, "ci_high": 0.11}]
    assert told(pcr, "repeatability", quality=sd) == "SD of Cq within samples: plate q1: A 0.08 [0.06, 0.11]"
    genes = {"genes": tables.GENES.frame([{"gene": "A"}])}
    assert told(pcr, "statistics", more=genes).startswith("log2 fold changes by donor")
    amounts = {"amounts": tables.AMOUNTS.frame([{"assay": "qpcr", "ci_low": 0.0}, {"assay": "calcium", "ci_low": 0.0}])}
    assert told(pcr, "quantity_intervals", more=amounts).startswith("95 % intervals of 1 sample and gene")
