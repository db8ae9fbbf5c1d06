"""The data states, in the order in which data flows, with their columns.

readings -> wells -> amounts -> means -> effects -> shares; beside them what each step was made with. The columns and
their order are the output contract (docs/contract.md). `frame` and `check` (table.py) are the only doors, so every
table in the program has these types.
"""

from collections.abc import Mapping

from mgassay.input_tables import CONDITIONS as CONDITIONS
from mgassay.input_tables import IMAGE_FILES as IMAGE_FILES
from mgassay.input_tables import LAYOUT as LAYOUT
from mgassay.input_tables import SAMPLES as SAMPLES
from mgassay.medium_tables import CHEMISTRY as CHEMISTRY
from mgassay.medium_tables import MEDIUM_SPECIES as MEDIUM_SPECIES
from mgassay.medium_tables import PASSIVE_EXPECTED as PASSIVE_EXPECTED
from mgassay.table import Table, table

WELL_ROLES = ("sample", "standard", "blank", "mg_control", "ntc", "nrt", "empty", "excluded")


READINGS = table(
    "readings",
    text="file sheet place plate well channel status raw",
    number="wavelength_nm time_s value",
    integer="read_index",
    order="file, sheet, place, plate, well, channel, wavelength_nm, read_index, time_s, value, status, raw",
)
# What a reader returns: readings, and what a qPCR export says of its wells beside them.
RAW_READINGS = Table(
    "raw_readings",
    {**READINGS.columns, "sample": "text", "task": "text", "quantity": "number", "cycles": "integer"},
)
# Fluorescence over the cycles, one row per well and target; `fluorescence` is joined by `;`, from cycle `first_cycle`.
AMPLIFICATION = table(
    "amplification",
    text="file plate well target signal fluorescence",
    integer="first_cycle",
    order="file, plate, well, target, signal, first_cycle, fluorescence",
)
WELLS = table(
    "wells",
    text="assay plate well channel status role condition donor rep",
    number="wavelength_nm time_s value standard dilution",
    integer="read_index",
    order="assay, plate, well, channel, wavelength_nm, read_index, time_s, value, status, role, condition, donor, rep,"
    "standard, dilution",
)
EXCLUSIONS = table(
    "exclusions",
    text="assay plate well donor rule by",
    number="value",
    order="assay, plate, well, donor, rule, value, by",
)
# What the lab left out; exclusions.csv adds what the assays left out.
LEFT_OUT = Table("left_out", EXCLUSIONS.columns)
CURVES = table(
    "curves",
    text="plate assay model weighting parameters unit assessed flag",
    number="r2_means lod loq range_low range_high",
    integer="levels levels_pass",
    order="plate, assay, model, weighting, parameters, r2_means, lod, loq, range_low, range_high, unit, levels,"
    "levels_pass, assessed, flag",
)
STANDARDS = table(
    "standards",
    text="plate assay",
    number="standard signal fitted back_calculated error_percent",
    integer="n",
    truth="pass",
    order="plate, assay, standard, n, signal, fitted, back_calculated, error_percent, pass",
)
IMAGES = table(
    "images",
    text="file plate well field condition donor rep area_unit threshold_source white flag",
    number="area_fraction area_low area_high integrated_od mean_od median_nodule_area cell_fraction threshold_od focus"
    " clipped_fraction",
    integer="nodules",
    order="file, plate, well, field, condition, donor, rep, area_fraction, area_low, area_high, integrated_od, mean_od,"
    "nodules, median_nodule_area, area_unit, cell_fraction, threshold_od, threshold_source, white, focus,"
    "clipped_fraction, flag",
)
IMAGE_QUALITY = table(
    "image_quality",
    text="file plate well field white_source digest fingerprint alike flag",
    number="white_balance_od illumination_od tilt_od drift_od focus_relative white_scatter_od annotation_fraction"
    " clipped_low_fraction clipped_high_fraction likeness stain_r stain_g stain_b",
    integer="width_px height_px stain_pixels",
    truth="empty",
    order="file, plate, well, field, width_px, height_px, white_source, white_balance_od, illumination_od, tilt_od,"
    "drift_od, focus_relative, white_scatter_od, stain_r, stain_g, stain_b, stain_pixels, empty, annotation_fraction,"
    "clipped_low_fraction, clipped_high_fraction, digest, fingerprint, alike, likeness, flag",
)
IMAGE_WELLS = table(
    "image_wells",
    text="plate well condition donor rep area_unit flag",
    number="area_fraction area_fraction_sd area_low area_high integrated_od mean_od median_nodule_area field_area"
    " cell_fraction",
    integer="fields nodules",
    order="plate, well, condition, donor, rep, fields, area_fraction, area_fraction_sd, area_low, area_high,"
    "integrated_od, mean_od, nodules, median_nodule_area, field_area, area_unit, cell_fraction, flag",
)
_OF_WELL = dict.fromkeys(("plate", "well", "condition", "donor", "rep"), "text")
_BIN = {"area_from": "number", "area_to": "number", "area_unit": "text", "nodules": "integer"}
NODULE_SIZES = Table("nodule_sizes", _OF_WELL | _BIN)
QPCR = table(
    "qpcr",
    text="plate well sample condition donor rep target role status flag",
    number="cq efficiency",
    integer="cycles",
    order="plate, well, sample, condition, donor, rep, target, role, cq, status, cycles, efficiency, flag",
)
# How genes and their assays behaved: beside the contract's qpcr.csv.
QPCR_QUALITY = table(
    "qpcr_quality",
    text="plate gene measure subject unit flag",
    number="estimate ci_low ci_high p",
    integer="n",
    order="plate, gene, measure, subject, estimate, unit, ci_low, ci_high, p, n, flag",
)
# qPCR wells once they are mapped; qpcr.csv adds the efficiency that the quantities were made with.
QPCR_WELLS = table(
    "qpcr_wells",
    text="plate well sample condition donor rep target role status",
    number="cq standard dilution",
    integer="cycles",
    order="plate, well, sample, condition, donor, rep, target, role, cq, status, cycles, standard, dilution",
)
# By how much one standard error of an efficiency moves an amount of a gene (log2), for effects to carry.
EFFICIENCY_ERRORS = table(
    "efficiency_errors",
    text="readout plate condition donor rep source",
    number="shift df",
    order="readout, plate, condition, donor, rep, source, shift, df",
)
AMOUNTS = table(
    "amounts",
    text="experiment assay readout plate well condition donor rep unit flag",
    number="value ci_low ci_high limit",
    order="experiment, assay, readout, plate, well, condition, donor, rep, value, unit, ci_low, ci_high, limit, flag",
)
# Values that were measured elsewhere and came in as a table; rows of amounts.csv as they stand.
MEASURED = Table("measured", AMOUNTS.columns)
PLATE_QUALITY = table(
    "plate_quality",
    text="assay plate measure subject unit flag",
    number="estimate ci_low ci_high p",
    integer="n",
    order="assay, plate, measure, subject, estimate, unit, ci_low, ci_high, p, n, flag",
)
MEANS = table(
    "means",
    text="readout condition donor flag",
    number="log_mean",
    integer="n_reps n_wells",
    order="readout, condition, donor, log_mean, n_reps, n_wells, flag",
)
EFFECTS = table(
    "effects",
    text="readout block contrast scale method step day flag",
    number="mg_reference_mM mg_raised_mM estimate se df ci_low ci_high p p_adjusted",
    integer="n_donors",
    order="readout, block, contrast, mg_reference_mM, mg_raised_mM, scale, method, estimate, se, df, ci_low, ci_high,"
    "p, p_adjusted, n_donors, step, day, flag",
)
SHARES = table(
    "shares",
    text="readout block share scale method interval step day flag",
    number="estimate ci_low ci_high rho mg_reference_mM mg_raised_mM",
    truth="identifiable",
    order="readout, block, share, scale, method, estimate, ci_low, ci_high, interval, identifiable, rho,"
    "mg_reference_mM, mg_raised_mM, step, day, flag",
)
# What each block leaves of Mg2+ entry, by source, and per readout what its share is corrected by; beside shares.csv.
RHO = table(
    "rho",
    text="block step day source interval readout slope_interval flag",
    number="mg_reference_mM mg_raised_mM rho ci_low ci_high slope slope_low slope_high",
    integer="n_donors",
    order="block, step, day, mg_reference_mM, mg_raised_mM, source, rho, ci_low, ci_high, interval, n_donors, readout,"
    "slope, slope_low, slope_high, slope_interval, flag",
)
GENES = table(
    "genes",
    text="gene block estimand comparator flag",
    number="estimate ci_low ci_high p p_adjusted tipping_point",
    integer="n_donors",
    order="gene, block, estimand, estimate, ci_low, ci_high, p, p_adjusted, n_donors, comparator, tipping_point, flag",
)
CHECKS = table(
    "checks",
    text="readout block check subject flag",
    number="estimate ci_low ci_high bound_low bound_high",
    truth="passed",
    order="readout, block, check, subject, estimate, ci_low, ci_high, bound_low, bound_high, passed, flag",
)
# Beside the contract: more of the checks that are two one-sided tests, and the facts that the grade is made of.
EQUIVALENCE = table(
    "equivalence",
    text="readout block check subject outcome flag",
    number="fold p sd",
    integer="n_donors donors_needed",
    order="readout, block, check, subject, fold, p, outcome, sd, n_donors, donors_needed, flag",
)
FACTS = table(
    "facts",
    text="readout block fact table key flag",
    truth="value",
    order="readout, block, fact, value, table, key, flag",
)
PROBLEMS = table(
    "problems",
    text="code severity file sheet place seen message remedy",
    order="code, severity, file, sheet, place, seen, message, remedy",
)
SUMMARY = table(
    "summary",
    text="experiment title grade readout block",
    number="total total_low total_high",
    integer="n_donors errors warnings",
    order="experiment, title, grade, readout, block, total, total_low, total_high, n_donors, errors, warnings",
)
SUMMARY_SHARES = table(
    "summary_shares",
    text="readout block share scale flag",
    number="estimate ci_low ci_high prediction_low prediction_high tau",
    integer="n_experiments n_donors",
    order="readout, block, share, scale, estimate, ci_low, ci_high, prediction_low, prediction_high, tau,"
    "n_experiments, n_donors, flag",
)
# Beside the contract: which experiments each row of summary_shares.csv rests on, with their own rows of shares.csv.
SUMMARY_POOLED = table(
    "summary_pooled",
    text="readout block share scale experiment acellular interval flag",
    number="mg_reference_mM mg_raised_mM estimate ci_low ci_high rho weight",
    integer="group n_donors",
    truth="identifiable used",
    order="readout, block, share, scale, experiment, mg_reference_mM, mg_raised_mM, acellular, estimate, ci_low,"
    "ci_high, interval, identifiable, rho, n_donors, used, group, weight, flag",
)
SUMMARY_PLATES = table(
    "summary_plates",
    text="assay measure series experiment plate unit flag",
    number="estimate centre limit_low limit_high",
    integer="position",
    order="assay, measure, series, position, experiment, plate, estimate, unit, centre, limit_low, limit_high, flag",
)

# The rows that identify a table's own row; verdict.json points to rows by these, joined by `|`.
KEYS: Mapping[str, tuple[str, ...]] = {
    "effects": ("readout", "block", "contrast", "mg_reference_mM", "mg_raised_mM", "scale", "method", "step", "day"),
    "shares": ("readout", "block", "share", "scale", "method", "mg_reference_mM", "mg_raised_mM", "step", "day"),
    "rho": ("block", "step", "day", "mg_reference_mM", "mg_raised_mM", "source", "readout"),
    "genes": ("gene", "block", "estimand", "comparator"),
    "checks": ("readout", "block", "check", "subject"),
    "equivalence": ("readout", "block", "check", "subject"),
    "facts": ("readout", "block", "fact"),
    "means": ("readout", "condition", "donor"),
}

# What the report draws a plate's threshold on.
STAIN_HISTOGRAMS = table(
    "stain_histograms",
    text="plate condition",
    number="od_from",
    integer="pixels",
    order="plate, condition, od_from, pixels",
)

_STATES = (READINGS, WELLS, AMOUNTS, MEANS, EFFECTS, SHARES)
_OF_IMAGES = (IMAGES, IMAGE_QUALITY, IMAGE_WELLS, NODULE_SIZES)
_BESIDE = (
    CURVES,
    STANDARDS,
    PLATE_QUALITY,
    *_OF_IMAGES,
    QPCR,
    QPCR_QUALITY,
    RHO,
    GENES,
    CHECKS,
    EQUIVALENCE,
    FACTS,
    CHEMISTRY,
    MEDIUM_SPECIES,
    PASSIVE_EXPECTED,
    PROBLEMS,
    EXCLUSIONS,
)
RESULT_TABLES: tuple[Table, ...] = (*_STATES, *_BESIDE)
_PARTS = (AMPLIFICATION, QPCR_WELLS, EFFICIENCY_ERRORS, IMAGE_FILES, MEASURED, LEFT_OUT, STAIN_HISTOGRAMS)
BY_NAME: Mapping[str, Table] = {t.name: t for t in (*RESULT_TABLES, *_PARTS)}
