"""The methods paragraph, ready to paste: what was done to these data, with these settings, and whose methods it is."""

from collections.abc import Iterator, Mapping

import pandas as pd

from mgassay.design import blocks_of
from mgassay.effects.means.panels import MINERAL_READOUTS
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.chemistry_methods import REFERENCES as CHEMISTRY_REFERENCES
from mgassay.report.chemistry_methods import chemistry_sentences
from mgassay.report.methods_images import image_sentences
from mgassay.report.methods_plates import REFERENCES as PLATE_REFERENCES
from mgassay.report.methods_plates import plate_sentences
from mgassay.report.methods_qpcr import REFERENCES as QPCR_REFERENCES
from mgassay.report.methods_qpcr import qpcr_sentences
from mgassay.report.methods_questions import REFERENCES as QUESTION_REFERENCES
from mgassay.report.methods_questions import question_sentences
from mgassay.report.numbers import count, level
from mgassay.report.rows import Tables, donors_column, tables_of

REFERENCES: Mapping[str, str] = {
    "Fieller": "Fieller EC. Some problems in interval estimation. J R Stat Soc B 1954;16:175–185.",
    "Holm": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65–70.",
    "Ruifrok": "Ruifrok AC, Johnston DA. Quantification of histochemical staining by color deconvolution. Anal Quant "
    "Cytol Histol 2001;23:291–299.",
    "Schuirmann": "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power approach. J "
    "Pharmacokinet Biopharm 1987;15:657–680.",
    "ter Braake": "ter Braake AD et al. Magnesium counteracts vascular calcification: passive interference or active "
    "modulation? Arterioscler Thromb Vasc Biol 2017;37:1431–1445.",
    "Welch": "Welch BL. The generalization of “Student’s” problem when several different population variances are "
    "involved. Biometrika 1947;34:28–35.",
}


def methods_text(experiment: Experiment, tables: Mapping[str, pd.DataFrame], versions: Mapping[str, str]) -> str:
    """Methods of this experiment in plain text: paragraphs parted by an empty line, references last.

    Only what was done is written: an assay without values has no sentence, a method not used no reference.
    """
    held = tables_of(experiment, tables)
    paragraphs = [
        " ".join(sentences)
        for sentences in (
            _design(experiment, held),
            plate_sentences(experiment, held),
            image_sentences(experiment, held),
            qpcr_sentences(experiment, held),
            chemistry_sentences(held),
            _effects(experiment, held),
            question_sentences(experiment, held),
            _software(versions),
        )
    ]
    text = "\n\n".join(p for p in paragraphs if p)
    known = sorted(
        {**REFERENCES, **PLATE_REFERENCES, **QPCR_REFERENCES, **CHEMISTRY_REFERENCES, **QUESTION_REFERENCES}.items(),
        key=lambda entry: entry[0].lower(),
    )
    cited = [full for name, full in known if f"{name} " in text]
    return f"{text}\n\nReferences\n" + "\n".join(cited) + "\n" if cited else f"{text}\n"


def _design(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Cells, Mg step, blocks, donors."""
    about, contrast = experiment.settings.experiment, experiment.settings.contrast
    cells = about.cells or "Cells"
    step = f"{level(contrast.mg_reference_mM)} to {level(contrast.mg_raised_mM)} mM"
    yield f"{labels.capital(cells)} were kept in {contrast.medium_calcifying} medium, and Mg²⁺ was raised from {step}."
    blocks = blocks_of(experiment)
    if blocks:
        named = ", ".join(f"{b.name} (control: {labels.column(b.column)} {b.intact})" for b in blocks)
        yield f"Mg²⁺ entry was blocked by {named}."
    if (tables["effects"]["contrast"] == "acellular").any():
        yield "The same step was made in wells without living cells, in runs of their own."
    if counted := _counted_donors(experiment, tables):
        yield f"The experimental unit is the donor ({counted}); wells are not counted."


def _counted_donors(experiment: Experiment, tables: Tables) -> str:
    """N of the readouts, once where all have the same donors, else the readouts with each set of donors."""
    by_donors: dict[tuple[str, ...], list[str]] = {}
    for readout, donors in live_donors(experiment, tables).items():
        by_donors.setdefault(donors, []).append(labels.readout(readout))
    parts = [f"n = {count(len(d), 'donor')}: {', '.join(d)}" for d in by_donors]
    if len(parts) == 1:
        return parts[0]
    named = zip(parts, by_donors.values(), strict=True)
    return "; ".join(f"{' and '.join(dict.fromkeys(readouts))}, {part}" for part, readouts in named)


def live_donors(experiment: Experiment, tables: Tables) -> dict[str, tuple[str, ...]]:
    """Readout -> donors with living cells among its means."""
    cells = experiment.conditions.set_index("condition")["cells"]
    means = tables["means"]
    live = means[means["condition"].map(cells).isin(["live", ""])]
    return {str(r): tuple(donors_column(rows)) for r, rows in live.groupby("readout", sort=True)}


def _effects(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Effects, shares, equivalence and multiplicity, as far as they were computed."""
    if not len(tables["effects"]):
        return
    contrast = experiment.settings.contrast
    yield (
        "The effect of Mg²⁺ is the natural log of the readout at reference minus that at raised Mg²⁺ (> 0 is "
        f"inhibition), after {_background(tables)}wells were averaged as natural logarithms. Effects are means of "
        "per-donor contrasts with t intervals (n − 1 degrees of freedom); intervals are 95 %."
    )
    if (tables["effects"]["method"] == "welch").any():
        yield "Arms without cells were compared with living ones by Welch's method (Welch 1947)."
    if len(tables["shares"]):
        yield (
            "Shares of the total effect T (intact), from B (entry blocked) and A (no cells): passive A/T, cell surface "
            "(B − A)/T, intracellular (T − B)/T (after the question of ter Braake 2017), with Fieller sets "
            "(Fieller 1954) from the covariance over donors; a set that is not bounded is reported as not identifiable."
            if (tables["shares"]["share"] == "passive").any()
            else "Shares of the total effect T (intact), from B (entry blocked): extracellular B/T and intracellular "
            "(T − B)/T, with Fieller sets (Fieller 1954) from the covariance over donors; a set that is not bounded is "
            "reported as not identifiable."
        )
    if len(tables["checks"]):
        yield (
            f"Absence of an effect was claimed only by two one-sided tests (Schuirmann 1987) within "
            f"{level(contrast.equivalence_fold)}-fold; two blocks agree within {level(contrast.agreement_fold)}-fold. "
            "These margins stand in experiment.toml."
        )
    yield "p values over readouts, and separately over genes, were adjusted by the method of Holm (Holm 1979)."


def _background(tables: Tables) -> str:
    """What was subtracted from mineral readouts: the wells in control medium, where they were run."""
    mineral = tables["means"][tables["means"]["readout"].isin(MINERAL_READOUTS)]
    lacking = mineral["flag"].str.split(";").map(lambda flags: "no_background" in flags).astype(bool)
    if lacking.all():
        return ""
    where = " where they were run" if lacking.any() else ""
    own = "the mean of the donor's own wells in control medium (no phosphate added)"
    return f"{own} was subtracted from mineral readouts{where} and "


def _software(versions: Mapping[str, str]) -> Iterator[str]:
    """The program and what it stands on."""
    beside = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "mgassay")
    own = f"mgassay {versions['mgassay']}" if "mgassay" in versions else "mgassay"
    yield f"Numbers were computed with {own}" + (f" ({beside})." if beside else ".")
