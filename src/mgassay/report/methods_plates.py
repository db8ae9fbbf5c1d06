"""What was done to the plates, in the sentences of a methods paragraph; nothing that was not done."""

from collections.abc import Iterator, Mapping, Sequence

from mgassay.experiment import AssaySettings, Experiment, StandardsSettings
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


def plate_sentences(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Every plate assay with values, then what all curves share."""
    yield from _against_standards(experiment, tables)
    yield from _alp(experiment, tables)
    yield from _cells(experiment, tables)
    if _has(tables, "t50"):
        settling = _set(experiment, "t50", "settling_min")
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


def _settings(experiment: Experiment, assay: str) -> list[AssaySettings]:
    """The settings in force for each file of an assay, once where they are alike; the assay's own without a file."""
    held = [experiment.assay_settings(raw) for raw in experiment.plates_of(assay).values()]
    held = held or [getattr(experiment.settings.assays, assay)]
    return [s for i, s in enumerate(held) if s not in held[:i]]


def _set(experiment: Experiment, assay: str, key: str, unit: str = "") -> str:
    """The values of a setting that the files of an assay were read with, in words; "" where none has one."""
    values = dict.fromkeys(getattr(s, key) for s in _settings(experiment, assay))
    told = " and ".join(level(v) for v in values if v is not None)
    return told and f"{told}{unit}"


# Assay -> what its culture wells were taken up in, and the setting that says how much.
_TAKEN_UP = {
    "calcium": ("extract", "extract_volume_uL"),
    "protein": ("lysate", "lysate_volume_uL"),
    "alizarin_extract": ("eluate", "extract_volume_uL"),
    "alp": ("lysate", "lysate_volume_uL"),
}


def _against_standards(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Assays that are read by the plate's own standards."""
    for assay, (name, key) in _TAKEN_UP.items():
        if curves := tables.rows("curves", assay=assay):
            volume = _set(experiment, assay, key, " µL per well")
            yield (
                f"{labels.capital(labels.assay(assay))} was read as absorbance{_light(tables, assay)} against the "
                f"plate's own standards ({_curves(curves)}{volume and f'; {name} {volume}'}{_diluted(tables, assay)})."
            )
    if _has(tables, "calcium_apparent"):
        subtracted = [bool(getattr(s, "subtract_mg_control", False)) for s in _settings(experiment, "calcium")]
        some = "was subtracted on some plates" if any(subtracted) else "was not subtracted"
        done = "was subtracted" if all(subtracted) else some
        yield f"What the calcium dye reads of Mg²⁺ alone was measured where a Mg level had control wells and {done}."


def _alp(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Alkaline phosphatase: how a rate was made of readings."""
    if not _has(tables, "alp_per_well"):
        return
    wells = tables["wells"]
    kinetic = wells[wells["assay"] == "alp"]["read_index"].nunique() > 1
    minutes, epsilon = _set(experiment, "alp", "incubation_min", " min"), _set(experiment, "alp", "epsilon_per_mM_cm")
    how = (
        "the slope over the longest straight stretch of its time course"
        if kinetic
        else f"the product of {minutes or 'the incubation'}"
    )
    standards = bool(tables.rows("curves", assay="alp"))
    by = "the plate's own p-nitrophenol standards" if standards else f"ε = {epsilon} per mM and cm"
    yield f"Alkaline phosphatase activity is {how}{_light(tables, 'alp')}, less that of blank wells, by {by}."


def _cells(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Viability and intracellular Mg2+."""
    if _has(tables, "viability"):
        said = {
            "mtt": "MTT (Mosmann 1983), less blanks",
            "resazurin": "resazurin, less blanks",
            "ldh": "released LDH, between the donor's lysed and control wells",
        }
        methods = dict.fromkeys(said[str(getattr(s, "method", "mtt"))] for s in _settings(experiment, "viability"))
        yield f"Viability ({' and '.join(methods)}) is percent of the same donor's control wells on the same plate."
    if _has(tables, "mg_intracellular"):
        keys = (("Kd", "kd_mM", " mM"), ("Rmin", "r_min", ""), ("Rmax", "r_max", ""), ("β", "beta", ""))
        told = ((name, _set(experiment, "mg_intracellular", key, unit)) for name, key, unit in keys)
        constants = [f"{name} {value}" for name, value in told if value]
        yield (
            "Intracellular free Mg²⁺ was computed from the probe's fluorescence less autofluorescence "
            f"(Grynkiewicz 1985; {', '.join(constants)})."
        )


def _curves_in_common(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """Acceptance, censoring and error of readings by all curves."""
    read = [assay for assay in _TAKEN_UP if tables.rows("curves", assay=assay)]
    limits = dict.fromkeys(_limits(s) for assay in read for s in _settings(experiment, assay))
    yield (
        f"A curve's standards were read back and assessed against {' or '.join(limits)}; signals above the top "
        "standard were treated as bounds, never extrapolated. LOD and LOQ are 3.3 and 10 SD of a reading at the blank "
        "end over the slope there."
    )
    if any(r["estimate"] > 0 for r in tables.rows("plate_quality", measure="sd_power")):
        yield (
            "Where the replicates' SD grows with the level, a reading's variance has a constant part, one in "
            "proportion to the net signal and one to its square (after Rocke 1995)."
        )


def _limits(settings: AssaySettings) -> str:
    """The limits of standards in words."""
    if not isinstance(settings, StandardsSettings):
        raise TypeError("an assay without standards has no limits for them")
    return (
        f"±{level(settings.accept_percent)} % (±{level(settings.accept_lowest_percent)} % at the lowest level; "
        f"{level(settings.accept_levels_percent)} % of levels)"
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
