"""Methods of qPCR, ready to paste: how Cq became expression, with which efficiencies, references and bounds."""

from collections.abc import Iterator, Mapping

from mgassay.experiment import Experiment
from mgassay.problems import listed
from mgassay.report.numbers import count, level
from mgassay.report.rows import Tables

REFERENCES: Mapping[str, str] = {
    "Andersen": "Andersen CL et al. Normalization of real-time quantitative reverse transcription-PCR data: a "
    "model-based variance estimation approach. Cancer Res 2004;64:5245–5250.",
    "Hellemans": "Hellemans J et al. qBase relative quantification framework and software for management and automated "
    "analysis of real-time quantitative PCR data. Genome Biol 2007;8:R19.",
    "Hughes": "Hughes JP. Mixed effects models with censored data with application to HIV RNA levels. Biometrics "
    "1999;55:625–629.",
    "Pfaffl": "Pfaffl MW. A new mathematical model for relative quantification in real-time RT-PCR. Nucleic Acids Res "
    "2001;29:e45.",
    "Ruijter": "Ruijter JM et al. Amplification efficiency: linking baseline and bias in the analysis of quantitative "
    "PCR data. Nucleic Acids Res 2009;37:e45.",
    "Tobin": "Tobin J. Estimation of relationships for limited dependent variables. Econometrica 1958;26:24–36.",
    "Vandesompele": "Vandesompele J et al. Accurate normalization of real-time quantitative RT-PCR data by geometric "
    "averaging of multiple internal control genes. Genome Biol 2002;3:research0034.",
}
_SOURCES: Mapping[str, str] = {
    "series": "measured on a dilution series",
    "curves": "that of its amplification curves (mean of reactions; Ruijter 2009)",
    "given": "given by the laboratory",
    "assumed": "taken as 2, a perfect assay,",
}


def qpcr_sentences(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """What was done with the Cq; nothing without any."""
    if not len(tables["qpcr"]):
        return
    yield from _quantities(tables)
    yield from _references(experiment, tables)
    yield from _calibration(tables)
    yield from _replicates(experiment, tables)
    yield from _not_detected(tables)


def _quantities(tables: Tables) -> Iterator[str]:
    """Cq to quantities, and where the efficiencies are from."""
    yield (
        "Cq were taken as the instrument's program exported them, and became log2 quantities as −Cq · log2 E (Pfaffl "
        "2001)."
    )
    genes: dict[str, list[str]] = {}
    for row in tables.rows("qpcr_quality", measure="efficiency"):
        if "not used" not in row["subject"]:
            genes.setdefault(row["subject"], []).append(row["gene"])
    told = [f"{_SOURCES[s]} for {listed(g)}" for s, g in genes.items() if s in _SOURCES]
    if told:
        yield f"The factor per cycle E was {'; '.join(told)}."
    if tables.rows("qpcr_quality", measure="efficiency_error"):
        yield "The error of E was carried into the intervals of samples and of fold changes (Hellemans 2007)."


def _references(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Reference genes, and how they were checked."""
    names = experiment.settings.assays.qpcr.reference_genes
    several = ", combined as geometric mean of quantities (Vandesompele 2002)," if len(names) > 1 else ""
    yield f"Expression is relative to {listed(names) or 'the reference genes declared'}{several} on the same plate."
    measures = {r["measure"] for r in tables.rows("qpcr_quality")}
    used = [w for m, w in (("genorm_m", "geNorm (Vandesompele 2002)"), ("normfinder", "NormFinder (Andersen 2004)"))
            if m in measures]  # fmt: skip
    if used:
        yield f"Stability of reference genes was judged by {' and '.join(used)}."
    if measures & {"reference_shift", "reference_own_shift"}:
        fold = level(experiment.settings.assays.qpcr.reference_max_fold)
        yield (
            "Each reference gene was compared across raised Mg²⁺, each block and calcifying medium, donor by donor "
            f"(bounds declared: {fold}-fold)."
        )


def _calibration(tables: Tables) -> Iterator[str]:
    """Inter-run calibrators."""
    rows = tables.rows("qpcr_quality", measure="calibration")
    names = list(dict.fromkeys(r["subject"] for r in rows if r["subject"]))
    if names:
        yield f"Plates were brought together by inter-run calibrators ({listed(names)}; Hellemans 2007)."


def _replicates(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Technical replicates and what was left out."""
    yield "Technical replicates were averaged as Cq."
    removed = [r for r in tables.rows("exclusions", assay="qpcr") if r["by"] == "mgassay"]
    if experiment.settings.assays.qpcr.outliers == "remove" and removed:
        yield f"{count(len(removed), 'technical outlier')} were left out, each listed in exclusions.csv."


def _not_detected(tables: Tables) -> Iterator[str]:
    """Samples without a Cq."""
    wells = tables["qpcr"]
    n = int(((wells["status"] == "undetermined") & (wells["role"] == "sample")).sum())
    if n:
        yield (
            f"Reactions that did not reach the threshold ({n}) count as less than the least of their gene that was "
            "still seen; none was set to a Cq and none was dropped."
        )
    if tables["effects"]["flag"].str.split(";").map(lambda flags: "censored" in flags).any():
        yield (
            "The block analysis of genes with such samples is a maximum-likelihood fit, normal on the log scale and "
            "censored at the bound (Tobin 1958), with donors as random (Hughes 1999)."
        )
