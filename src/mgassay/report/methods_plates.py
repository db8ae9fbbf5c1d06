"""What was done to the plates, in the sentences of a methods paragraph; nothing that was not done."""

from collections.abc import Iterator, Mapping, Sequence

from mgassay.experiment import Experiment, StandardsSettings
from mgassay.report import labels
from mgassay.report.curve_words import model_name
from mgassay.report.numbers import count, level
from mgassay.report.rows import Row, Tables

REFERENCES: Mapping[str, str] = {
    "Grynkiewicz": "Grynkiewicz G, Poenie M, Tsien RY. A new generation of Ca2+ indicators with greatly improved "
    "fluorescence properties. J Biol Chem 1985;260:3440–3450.",
    "Mosmann": "Mosmann T. Rapid colorimetric assay for cellular growth and survival. J Immunol Methods 1983;65:55–63.",
    "Pasch": "Pasch A et al. Nanoparticle-based test measures overall propensity for calcification in serum. J Am Soc "
    "Nephrol 2012;23:1744–1752.",
    "Rocke": "Rocke DM, Lorenzato S. A two-component model for measurement error in analytical chemistry. "
    "Technometrics 1995;37:176–184.",
}
_BY_STANDARDS = ("calcium", "protein", "alizarin_extract", "alp")


def plate_sentences(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Every plate assay with values, then what all curves share."""
    yield from _against_standards(experiment, tables)
    yield from _alp(experiment, tables)
    yield from _cells(experiment, tables)
    if _has(tables, "t50"):
        settling = level(experiment.settings.assays.t50.settling_min)
        yield (
            "T50 is where half of the rise of scattered light is made (Pasch 2012), by a four-parameter logistic in "
            f"time; the first {settling} min were dropped, and records that end before T50 + 3 scales give a bound."
        )
    per_protein = [r for r in ("calcium", "alp", "alizarin_extract_per_protein") if _has(tables, r)]
    if per_protein:
        named = " and ".join(labels.readout(r) for r in per_protein)
        yield f"{labels.capital(named)} is given per mg protein, paired by condition, donor and rep."
    if len(tables["curves"]):
        yield from _curves_in_common(experiment, tables)


def _has(tables: Tables, readout: str) -> bool:
    """Whether there is a value or a bound of this readout that came from a plate."""
    amounts = tables["amounts"]
    return bool(((amounts["readout"] == readout) & (amounts["plate"] != "")).any())


def _volumes(experiment: Experiment) -> dict[str, tuple[str, float | None]]:
    """Assay -> what its culture wells were taken up in, and how much of it in µL."""
    assays = experiment.settings.assays
    return {
        "calcium": ("extract", assays.calcium.extract_volume_uL),
        "protein": ("lysate", assays.protein.lysate_volume_uL),
        "alizarin_extract": ("eluate", assays.alizarin_extract.extract_volume_uL),
        "alp": ("lysate", assays.alp.lysate_volume_uL),
    }


def _against_standards(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Assays that are read by the plate's own standards."""
    for assay, (name, volume) in _volumes(experiment).items():
        if curves := tables.rows("curves", assay=assay):
            taken_up = "" if volume is None else f"; {name} {level(volume)} µL per well"
            yield (
                f"{labels.capital(labels.assay(assay))} was read as absorbance{_light(tables, assay)} against the "
                f"plate's own standards ({_curves(curves)}{taken_up}{_diluted(tables, assay)})."
            )
    if _has(tables, "calcium_apparent"):
        done = "was subtracted" if experiment.settings.assays.calcium.subtract_mg_control else "was not subtracted"
        yield f"What the calcium dye reads of Mg²⁺ alone was measured where a Mg level had control wells and {done}."


def _alp(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Alkaline phosphatase: how a rate was made of readings."""
    if not _has(tables, "alp_per_well"):
        return
    settings, wells = experiment.settings.assays.alp, tables["wells"]
    kinetic = wells[wells["assay"] == "alp"]["read_index"].nunique() > 1
    how = (
        "the slope over the longest straight stretch of its time course"
        if kinetic
        else f"the product of {level(settings.incubation_min or float('nan'))} min"
    )
    by = (
        "the plate's own p-nitrophenol standards"
        if tables.rows("curves", assay="alp")
        else f"ε = {level(settings.epsilon_per_mM_cm or float('nan'))} per mM and cm"
    )
    yield f"Alkaline phosphatase activity is {how}{_light(tables, 'alp')}, less that of blank wells, by {by}."


def _cells(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Viability and intracellular Mg2+."""
    if _has(tables, "viability"):
        method = experiment.settings.assays.viability.method
        said = {"mtt": "MTT (Mosmann 1983)", "resazurin": "resazurin", "ldh": "released LDH, lysed wells as the whole"}
        yield f"Viability ({said[method]}) is percent of the same donor's control wells on the same plate, less blanks."
    if _has(tables, "mg_intracellular"):
        probe = experiment.settings.assays.mg_intracellular
        constants = [
            f"{name} {level(value)}{unit}"
            for name, value, unit in (
                ("Kd", probe.kd_mM, " mM"),
                ("Rmin", probe.r_min, ""),
                ("Rmax", probe.r_max, ""),
                ("β", probe.beta, ""),
            )
            if value is not None
        ]
        yield (
            "Intracellular free Mg²⁺ was computed from the probe's fluorescence less autofluorescence "
            f"(Grynkiewicz 1985; {', '.join(constants)})."
        )


def _curves_in_common(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Acceptance, censoring and error of readings by all curves."""
    limits = dict.fromkeys(_limits(experiment, assay) for assay in _BY_STANDARDS if tables.rows("curves", assay=assay))
    yield (
        f"A curve's standards were read back and assessed against {' or '.join(limits)}; signals above the top "
        "standard were treated as bounds, never extrapolated. LOD and LOQ are 3.3 and 10 SD of a reading at the blank "
        "end over the slope there."
    )
    if tables["curves"]["weighting"].isin(["1/x", "1/x2"]).any():
        yield (
            "Where the weighting was chosen from replicates and is not none, a reading's variance has a constant part, "
            "one in proportion to the net signal and one to its square (after Rocke 1995)."
        )


def _limits(experiment: Experiment, assay: str) -> str:
    """The limits of an assay's standards in words."""
    s = getattr(experiment.settings.assays, assay)
    if not isinstance(s, StandardsSettings):
        raise TypeError(f"{assay} has no standards")
    return (
        f"±{level(s.accept_percent)} % (±{level(s.accept_lowest_percent)} % at the lowest level; "
        f"{level(s.accept_levels_percent)} % of levels)"
    )


def _light(tables: Tables, assay: str) -> str:
    """At which wavelengths an assay was read, where the exports or the lab say so."""
    wells = tables["wells"]
    known = sorted(wells.loc[wells["assay"] == assay, "wavelength_nm"].dropna().unique())
    return f" at {' and '.join(level(nm) for nm in known)} nm" if known else ""


def _diluted(tables: Tables, assay: str) -> str:
    """By what the samples of an assay were diluted before reading."""
    wells = tables["wells"]
    samples = wells[(wells["assay"] == assay) & (wells["role"] == "sample")]
    factors = [f for f in sorted(samples["dilution"].dropna().unique()) if f != 1]
    return f", diluted {' and '.join(level(f) for f in factors)}-fold" if factors else ""


def _curves(curves: Sequence[Row]) -> str:
    """The models and weightings that were fitted."""
    kinds = dict.fromkeys(f"{model_name(c['model'])}, weighting {c['weighting']}" for c in curves)
    return f"{count(len(curves), 'plate')}: {'; '.join(kinds)}"
