"""Assay plates: which well holds what, and the absorbance that a reader would see there.

A signal is background + slope · c − bend · c², times pipetting, plus the reader's noise. Standards and blanks stand in
the first columns as benches have them; samples are shuffled over the wells that follow; the rest of the plate is
empty and is read all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.simulate.biology import ACELLULAR, LIVE, REPS, Culture
from mgassay.simulate.truth import Noise, Truth, stream

Array = npt.NDArray[np.float64]

ROWS, COLUMNS = 8, 12
EXTRACT_UL = 200.0  # culture wells are extracted in this volume of acid
LYSATE_UL = 200.0
CALCIUM_DILUTION = 2.0  # of the extract, before the assay
EMPTY_OD = 0.045
# Apparent calcium of the dye, which 8-hydroxyquinoline masks almost fully; samples are washed and carry no Mg.
APPARENT_UG_PER_ML_PER_MM = 0.05


@dataclass(frozen=True)
class TrueCurve:
    """Absorbance as a function of concentration in µg/mL; concave, with its apex beyond the top standard."""

    wavelength_nm: int
    background: float
    slope: float
    bend: float
    standards: tuple[float, ...]


# o-cresolphthalein complexone and BCA, as kits behave: a slope that gives the top standard about 1.7 OD.
CALCIUM = TrueCurve(575, 0.062, 0.0165, 2.2e-5, (0, 2, 5, 10, 20, 40, 80, 120))
PROTEIN = TrueCurve(562, 0.091, 1.05e-3, 1.1e-7, (0, 25, 125, 250, 500, 750, 1000, 1500, 2000))


@dataclass(frozen=True)
class Content:
    """What one well holds; `concentration` is in the assay well as read, µg/mL."""

    role: str
    concentration: float = 0.0
    condition: str = ""
    donor: str = ""
    rep: str = ""
    standard: float | None = None


EMPTY = Content("empty")


@dataclass(frozen=True)
class Plate:
    """A plate that was read: 96 contents in row-major order and the signal (8, 12) in OD."""

    name: str
    assay: str
    curve: TrueCurve
    contents: tuple[Content, ...]
    signal: Array


def well_names(rows: int = ROWS, columns: int = COLUMNS) -> list[str]:
    """Names of all wells, row by row: A1, A2, ... (at most 26 rows)."""
    return [f"{chr(ord('A') + r)}{c + 1}" for r in range(rows) for c in range(columns)]


def signal_from_concentration(concentration: Array, curve: TrueCurve, noise: Noise, rng: np.random.Generator) -> Array:
    """Absorbance of wells that hold reagent, OD, any shape; concentrations in µg/mL."""
    colour = curve.slope * concentration - curve.bend * concentration**2
    pipetting = 1 + rng.normal(0, noise.well, concentration.shape)
    return curve.background + colour * pipetting + rng.normal(0, noise.reader_od, concentration.shape)


def _fixed_wells(curve: TrueCurve, controls: Sequence[Content]) -> list[Content | None]:
    """The left columns, in column order: standards in pairs side by side, then blanks and controls in pairs."""
    levels = [Content("standard", c, standard=c) for c in curve.standards]
    pairs = [*levels, Content("blank"), *controls]
    strips = [pairs[i : i + ROWS] for i in range(0, len(pairs), ROWS)]
    return [item for strip in strips for _ in range(2) for item in [*strip, *[None] * (ROWS - len(strip))]]


def _arranged(fixed: Sequence[Content | None], samples: Sequence[Content]) -> tuple[Content, ...]:
    """All 96 contents row by row, from contents in column order; samples take the first wells left free."""
    waiting = iter(samples)
    columns = [item or next(waiting, EMPTY) for item in [*fixed, *[None] * (ROWS * COLUMNS - len(fixed))]]
    return tuple(columns[c * ROWS + r] for r in range(ROWS) for c in range(COLUMNS))


def _read(
    name: str, assay: str, curve: TrueCurve, contents: tuple[Content, ...], noise: Noise, rng: np.random.Generator
) -> Plate:
    """The plate with its signal; an empty well shows the plastic alone."""
    concentration = np.array([c.concentration for c in contents]).reshape(ROWS, COLUMNS)
    empty = np.array([c.role == "empty" for c in contents]).reshape(ROWS, COLUMNS)
    plastic = EMPTY_OD + rng.normal(0, noise.reader_od, concentration.shape)
    signal = signal_from_concentration(concentration, curve, noise, rng)
    return Plate(name, assay, curve, contents, np.where(empty, plastic, signal))


def _samples(names: Sequence[str], unit: str, concentration: Array) -> list[Content]:
    """One content per condition and rep; `concentration` is (condition, rep) in µg/mL."""
    return [
        Content("sample", float(concentration[i, r]), name, unit, str(r + 1))
        for i, name in enumerate(names)
        for r in range(REPS)
    ]


def calcium_plate(culture: Culture, k: int, truth: Truth, seed: int) -> Plate:
    """Donor k's calcium plate, with the acellular run that was grown beside it; each extract read once."""
    rng = stream(seed, "plates", 0, k)
    to_assay = 1000 / EXTRACT_UL / CALCIUM_DILUTION
    samples = [
        *_samples(LIVE, culture.donors[k], culture.calcium_ug[k] * to_assay),
        *_samples(ACELLULAR, culture.runs[k], culture.acellular_ug[k] * to_assay),
    ]
    controls = [
        Content("mg_control", mg * APPARENT_UG_PER_ML_PER_MM / CALCIUM_DILUTION, condition)
        for condition, mg in (("ca_mg08", 0.8), ("ca_mg20", 2.0))
    ]
    shuffled = [samples[i] for i in rng.permutation(len(samples))]
    contents = _arranged(_fixed_wells(CALCIUM, controls), shuffled)
    return _read(f"calcium_{culture.donors[k]}", "calcium", CALCIUM, contents, truth.noise, rng)


def protein_plate(culture: Culture, k: int, truth: Truth, seed: int) -> Plate:
    """Donor k's protein plate; each lysate read in two assay wells."""
    rng = stream(seed, "plates", 1, k)
    once = _samples(LIVE, culture.donors[k], culture.protein_mg[k] * 1e6 / LYSATE_UL)
    samples = [item for item in once for _ in range(2)]
    shuffled = [samples[i] for i in rng.permutation(len(samples))]
    contents = _arranged(_fixed_wells(PROTEIN, ()), shuffled)
    return _read(f"protein_{culture.donors[k]}", "protein", PROTEIN, contents, truth.noise, rng)
