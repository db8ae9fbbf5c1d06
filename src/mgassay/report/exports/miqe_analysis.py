"""What the results say of a qPCR experiment, item by item of MIQE: how the data were analysed."""

from mgassay.problems import listed
from mgassay.report.exports.miqe_facts import Facts, Found, of_rows, with_ends
from mgassay.report.numbers import count, decimal, level
from mgassay.report.rows import is_missing


def cq_source(facts: Facts) -> Found | None:
    """Where the Cq are from."""
    files = [f.file for f in facts.experiment.files_of("qpcr")]
    named = f" ({listed(files)})" if files else ""
    return Found(
        f"Cq as the instrument's program exported them{named}; none was determined anew", "files.csv; readings.csv raw"
    )


def outliers(facts: Facts) -> Found | None:
    """Technical wells that do not agree, what became of them, and what the lab left out."""
    out, wells = facts.tables.rows("exclusions", assay="qpcr"), facts.tables["qpcr"]
    flagged = int(wells["flag"].str.split(";").map(lambda flags: "outlier" in flags).sum())
    removed = facts.experiment.settings.assays.qpcr.outliers == "remove"
    told = [f"technical outliers: {count(flagged, 'well')} flagged, {'and left out' if removed else 'and kept'}"]
    told += [
        f"left out by {by}: {count(sum(r['by'] == by for r in out), 'well')}"
        for by in dict.fromkeys(r["by"] for r in out)
    ]
    return Found("; ".join(told), "qpcr.csv flag; exclusions.csv")


def references(facts: Facts) -> Found | None:
    """The reference genes with what is known of their stability."""
    named = facts.experiment.settings.assays.qpcr.reference_genes
    if not named:
        return None
    m = [r for r in facts.measured("genorm_m") if r["subject"] in ("declared", "candidates")]
    shown = f"; geNorm M: {of_rows(m, lambda r: decimal(r['estimate']))} log2" if m else ""
    return Found(f"{listed(named)}{shown}", "experiment.toml [assays.qpcr] reference_genes; qpcr_quality.csv genorm_m")


def reference_shifts(facts: Facts) -> Found | None:
    """The largest shift of any reference gene under a treatment."""
    rows = [r for m in ("reference_shift", "reference_own_shift") for r in facts.measured(m)]
    if not rows:
        return None
    chosen = [r for r in rows if r["measure"] == "reference_shift"] or rows
    worst = max(chosen, key=lambda r: abs(r["estimate"]))
    against = "relative to the other references" if worst["measure"] == "reference_shift" else "by its own quantity"
    ends = (
        "" if is_missing(worst["ci_low"]) else f" ({decimal(2 ** worst['ci_low'])} to {decimal(2 ** worst['ci_high'])})"
    )
    fold = f"{decimal(2 ** worst['estimate'])}-fold{ends}"
    return Found(
        f"largest shift: {worst['gene']}, {worst['subject']}: {fold}, {against}", f"qpcr_quality.csv {worst['measure']}"
    )


def normalisation(facts: Facts) -> Found | None:
    """How expression was related to the reference genes."""
    named = facts.experiment.settings.assays.qpcr.reference_genes
    if not named:
        return None
    several = " (geometric mean of their quantities)" if len(named) > 1 else ""
    return Found(
        f"log2 quantity of the gene less that of {listed(named)} on the same plate{several}; quantities by the factor "
        "per cycle of each assay",
        "amounts.csv value",
    )


def corrected_quantities(facts: Facts) -> Found | None:
    """Quantities by efficiency, where any is known; where all are assumed, that is said."""
    rows = [r for r in facts.measured("efficiency") if "not used" not in r["subject"]]
    if not rows:
        return None
    assumed = [r["gene"] for r in rows if r["subject"] == "assumed"]
    known = [r["gene"] for r in rows if r["subject"] != "assumed"]
    told = [f"corrected by a factor of their own: {listed(known)}"] if known else []
    told += [f"2 per cycle assumed, so not corrected: {listed(assumed)}"] if assumed else []
    return Found("; ".join(told), "qpcr.csv efficiency, flag")


def quantity_intervals(facts: Facts) -> Found | None:
    """Intervals of single samples and of effects."""
    amounts = facts.tables["amounts"]
    own = amounts[(amounts["assay"] == "qpcr") & amounts["ci_low"].notna()]
    if own.empty:
        return None
    return Found(
        f"95 % intervals of {count(len(own), 'sample and gene', 'samples and genes')} from technical replicates, and "
        "of fold changes over donors",
        "amounts.csv ci_low, ci_high; genes.csv ci_low, ci_high",
    )


def not_detected(facts: Facts) -> Found | None:
    """What became of reactions without a Cq."""
    wells = facts.tables["qpcr"]
    n = int(((wells["status"] == "undetermined") & (wells["role"] == "sample")).sum())
    if not n:
        return Found("every sample well that was run has a Cq", "qpcr.csv status")
    flags = facts.tables["effects"]["flag"].str.split(";")
    fitted = "; block analysis by censored likelihood" if flags.map(lambda held: "censored" in held).any() else ""
    return Found(
        f"{count(n, 'sample well')} did not cross the threshold: less than the least that was seen, never set "
        f"to a Cq, never dropped{fitted}",
        "qpcr.csv status; amounts.csv limit, flag; effects.csv flag",
    )


def repeatability(facts: Facts) -> Found | None:
    """SD of Cq among technical replicates."""
    rows = facts.measured("replicate_sd")
    return (
        Found(f"SD of Cq within samples: {of_rows(rows, with_ends)}", "qpcr_quality.csv replicate_sd") if rows else None
    )


def between_runs(facts: Facts) -> Found | None:
    """What inter-run calibrators say; not asked of a single plate."""
    if facts.tables["qpcr"]["plate"].nunique() < 2:
        return Found("All wells stand on one plate.", "qpcr.csv plate", applies=False)
    rows = facts.measured("calibration")
    return Found(f"shift of plates, log2: {of_rows(rows, with_ends)}", "qpcr_quality.csv calibration") if rows else None


def statistics(facts: Facts) -> Found | None:
    """How effects on genes were tested."""
    if not len(facts.tables["genes"]):
        return None
    return Found(
        "log2 fold changes by donor, t intervals over donors (95 %), p adjusted over genes by Holm; wells are not "
        "counted",
        "genes.csv; effects.csv method",
    )


def software(facts: Facts) -> Found | None:
    """The program with its version."""
    versions = dict(facts.versions)
    told = [
        f"{name} {versions[name]}" for name in ("mgassay", "python", "numpy", "pandas", "scipy") if name in versions
    ]
    return Found(", ".join(told), "provenance.json versions") if told else None


def raw_data(facts: Facts) -> Found | None:
    """The files that are handed on."""
    files = [f for f in facts.exports if f.endswith((".rdml", "_rdes.tsv"))]
    return Found(listed(files), "export/") if files else None


def curves_exported(facts: Facts) -> Found | None:
    """The files that are handed on, and whether curves are in them."""
    found = raw_data(facts)
    if found is None:
        return None
    curves = facts.tables["amplification"]["plate"].nunique()
    plates = facts.tables["qpcr"]["plate"].nunique()
    held = f"the exports of {curves} of {count(plates, 'plate')} hold amplification curves"
    return Found(f"{found.text}; {held}", "export/; parts/amplification.csv")


def limits_in_force(facts: Facts) -> str:
    """The limits of controls and references, which are the lab's own."""
    settings = facts.experiment.settings.assays.qpcr
    return (
        f"NTC {level(settings.ntc_max_percent)} % and NRT {level(settings.nrt_max_percent)} % of the samples' mean "
        f"quantity, geNorm M {level(settings.reference_max_m)}, shift of a reference gene "
        f"{level(settings.reference_max_fold)}-fold"
    )
