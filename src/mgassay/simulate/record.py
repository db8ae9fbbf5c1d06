"""truth.toml: what a perfect analysis of the simulated experiment would find."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict

from mgassay import __version__
from mgassay.simulate import biology, expression, pictures, plates
from mgassay.simulate.truth import BLOCKS, SCALES, Truth, effects_from_truth, shares_from_truth

_HEADER = """\
# What is true in this simulated experiment; the pipeline never reads this file.
# Effects: log is natural, log Y(reference Mg) - log Y(raised Mg). Additive is the mean over the population of donors of
# 1 - exp(-effect); the median donor has 1 - exp(-mean effect), written beside it. Noise within a donor (rep, well,
# reader) comes on top in an estimate. Genes: log2 fold change, raised over reference Mg; "direct" is the part of the
# intact change that does not go through mineral. block_main > 0: the block alone raises mineral.
"""


def truth_values(truth: Truth, seed: int, experiment_id: str) -> dict[str, object]:
    """All true values, nested by section; shares are NaN where the total effect is 0."""
    shares = {scale: {block: shares_from_truth(truth, block, scale) for block in BLOCKS} for scale in SCALES}
    effects: dict[str, object] = {
        scale: {block: effects_from_truth(truth, block, scale) for block in BLOCKS} for scale in SCALES
    }
    median = {b: {k: 1 - math.exp(-v) for k, v in effects_from_truth(truth, b, "log").items()} for b in BLOCKS}
    measured: dict[str, object] = {} if truth.rho is None else {"rho": truth.rho}
    values: dict[str, object] = {
        "experiment": experiment_id,
        "seed": seed,
        "version": __version__,
        "donors": truth.donors,
        "acellular_runs": truth.donors,
        "effects": effects | {"additive_median_donor": median},
        "block_main": {"2-APB": truth.main_2apb, "siTRPM7": truth.main_sirna},
        "shares": shares,
        "genes": expression.log2_fold_changes(truth),
        "parameters": _parameters(truth),
        "noise": asdict(truth.noise),
    }
    return measured | values


def _parameters(truth: Truth) -> dict[str, object]:
    """What the dishes and the instruments were made with."""
    curve = {
        p.wavelength_nm: {"background_od": p.background, "slope": p.slope, "bend": p.bend, "apex_ug_per_mL": _apex(p)}
        for p in (plates.CALCIUM, plates.PROTEIN)
    }
    return {
        "reps": biology.REPS,
        "calcium_ug_per_mg": biology.CALCIUM_UG_PER_MG,
        "background_ug_per_mg": biology.BACKGROUND_UG_PER_MG,
        "protein_mg_per_well": biology.PROTEIN_MG_PER_WELL,
        "acellular_ug_per_well": biology.ACELLULAR_UG_PER_WELL,
        "acellular_background_ug": biology.ACELLULAR_BACKGROUND_UG,
        "stained_fraction_at_reference": pictures.AREA_AT_REFERENCE,
        "stained_fraction_background": pictures.AREA_BACKGROUND,
        "trpm7_left_by_sirna": expression.KNOCK_DOWN,
        "pcr_efficiency": 2.0,
        "images": truth.images,
        "qpcr": truth.qpcr,
        "curve_calcium": curve[plates.CALCIUM.wavelength_nm],
        "curve_protein": curve[plates.PROTEIN.wavelength_nm],
    }


def _apex(curve: plates.TrueCurve) -> float:
    """Concentration at which the curve would turn down, µg/mL."""
    return curve.slope / (2 * curve.bend)


def truth_toml(values: Mapping[str, object]) -> str:
    """The values as TOML: plain keys first, then a table per mapping; numbers in their shortest exact form."""
    return _HEADER + "\n" + "\n".join(_toml_lines(values, ())) + "\n"


def _toml_lines(values: Mapping[str, object], path: tuple[str, ...]) -> list[str]:
    """Lines of one table and of the tables below it."""
    plain = [f"{_key(k)} = {_literal(v)}" for k, v in values.items() if not isinstance(v, Mapping)]
    header = [f"[{'.'.join(map(_key, path))}]"] if path and plain else []
    below = [line for k, v in values.items() if isinstance(v, Mapping) for line in _toml_lines(v, (*path, k))]
    return [*header, *plain, *([""] if plain else []), *below]


def _key(name: str) -> str:
    """A TOML key, quoted where it is not bare."""
    return name if name.replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _literal(value: object) -> str:
    """A TOML value: text, truth, or number."""
    return json.dumps(value) if isinstance(value, (str, bool)) else repr(value)
