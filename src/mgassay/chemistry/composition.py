"""One condition -> the totals of its medium, with what was missing, taken for granted, or impossible."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mgassay.chemistry.media import BasalMedium, basal_media, basal_medium

# What PHREEQC would take without a word: the highest amount for which its activities hold, and a pH that cells live at.
LIMITS: Mapping[str, tuple[float, float]] = {
    "mg_mM": (0.0, 100.0),
    "ca_mM": (0.0, 100.0),
    "pi_mM": (0.0, 100.0),
    "bgp_mM": (0.0, 100.0),
    "hco3_mM": (0.0, 200.0),
    "pH": (5.0, 10.0),
    "co2_percent": (0.0, 100.0),
    "serum_percent": (0.0, 100.0),
    "albumin_uM": (0.0, 2000.0),
    "atp_uM": (0.0, 10_000.0),
    "ppi_uM": (0.0, 10_000.0),
    "nh4_mM": (0.0, 50.0),
}
SAYS_A_MEDIUM = ("ca_mM", "pi_mM")  # beside `basal_medium`: with none of these a row describes no medium
SITES_PER_ALBUMIN = 12.0  # equal sites of 100 per M each: Pedersen 1972
ALBUMIN_UM_PER_SERUM_PERCENT = 3.5  # bovine serum holds 23 g/L of albumin of 66.5 kDa
SODIUM_PER_PHOSPHATE = 1.8  # of the sodium phosphates that make a stock of pH 7.4
BACKGROUND = "dmem"  # whose sodium, potassium and sulfate are taken where no basal medium is named
CHLORIDE, SULFATE = "chloride", "sulfate"
_SALTS = {"mgcl2": CHLORIDE, "chloride": CHLORIDE, "mgso4": SULFATE, "sulfate": SULFATE, "sulphate": SULFATE}

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Medium:
    """A medium as it is solved: totals by element (mM); NaN is a pH or gas that was not given."""

    totals_mM: tuple[tuple[str, float], ...]
    pH: float
    co2_percent: float
    carbonate_mM: float

    @property
    def total(self) -> Mapping[str, float]:
        """Totals by element, mM."""
        return dict(self.totals_mM)

    def with_phosphate(self, pi_mM: float) -> "Medium":
        """The same medium with another total of phosphate, added or left out as sodium phosphates of pH 7.4."""
        held = dict(self.totals_mM)
        more = pi_mM - held["P"]
        changed = {**held, "P": pi_mM, "Na": held["Na"] + SODIUM_PER_PHOSPHATE * more}
        return replace(self, totals_mM=tuple(changed.items()))


@dataclass(frozen=True)
class Composed:
    """What came of a condition: its medium by what became of glycerophosphate, or why there is none.

    `media` are by bgp_state; `missing` columns would have been needed, `impossible` hold a value beyond LIMITS,
    `assumed` says in words what was taken for granted, `unknown_basal` and `unknown_salt` are names that say nothing.
    """

    media: Mapping[str, Medium]
    missing: tuple[str, ...] = ()
    impossible: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    unknown_basal: str = ""
    unknown_salt: str = ""


def describes_a_medium(row: Row) -> bool:
    """Whether a condition says anything of what its medium holds."""
    return bool(_word(row, "basal_medium")) or any(not math.isnan(_number(row, c)) for c in SAYS_A_MEDIUM)


def composed(row: Row) -> Composed:
    """The medium of one row of CONDITIONS; nothing that is missing is filled in without a word of it."""
    impossible = tuple(c for c in LIMITS if _is_impossible(c, _number(row, c)))
    name = _word(row, "basal_medium")
    basal = basal_medium(name)
    unknown_basal = name if name and basal is None else ""
    unknown_salt = _word(row, "mg_salt") if _unknown_salt(row) else ""
    missing = _missing(row, basal)
    if impossible or missing:
        return Composed({}, missing, impossible, (), unknown_basal, unknown_salt)
    background = basal or basal_media()[BACKGROUND]
    base = _totals(row, background, basal is not None)
    bgp = _or_zero(row, "bgp_mM")
    states = {"": base} if not bgp else {"intact": {**base, "Gp": bgp}, "cleaved": {**base, "P": base["P"] + bgp}}
    rest = (_number(row, "pH"), _number(row, "co2_percent"), _carbonate(row, basal))
    media = {state: Medium(tuple((e, v) for e, v in held.items() if v > 0), *rest) for state, held in states.items()}
    return Composed(media, (), (), _assumed(row, basal, background), unknown_basal, unknown_salt)


def _is_impossible(column: str, value: float) -> bool:
    """Whether a number lies beyond its limits; an absent one does not."""
    low, high = LIMITS[column]
    return not math.isnan(value) and not low <= value <= high


def _missing(row: Row, basal: BasalMedium | None) -> tuple[str, ...]:
    """The columns without which a medium cannot be solved."""
    absent = {c for c in ("mg_mM", "ca_mM", "pi_mM", "hco3_mM", "pH") if math.isnan(_number(row, c))}
    needed = [c for c in ("mg_mM",) if c in absent]
    needed += [c for c in ("ca_mM", "pi_mM") if c in absent and basal is None]
    under_gas, bicarbonate = _number(row, "co2_percent") > 0, "hco3_mM" not in absent or basal is not None
    if "pH" in absent:
        needed += [] if under_gas else ["pH or co2_percent"]
        needed += [] if bicarbonate else ["pH or hco3_mM"]
    elif not (under_gas or bicarbonate):
        needed.append("co2_percent or hco3_mM")
    return tuple(needed)


def _totals(row: Row, background: BasalMedium, named: bool) -> dict[str, float]:
    """Totals by element (mM), glycerophosphate left out but for its sodium."""
    salts = background.salts
    calcium = _given(row, "ca_mM", salts.CaCl2)
    phosphate = _given(row, "pi_mM", salts.NaH2PO4)
    bicarbonate = _given(row, "hco3_mM", salts.NaHCO3 if named else 0.0)
    added = _number(row, "mg_mM") - salts.MgSO4
    as_sulfate = mg_salt(row) == SULFATE
    ppi, atp, ammonium = (_or_zero(row, c) for c in ("ppi_uM", "atp_uM", "nh4_mM"))
    sodium = salts.NaCl + bicarbonate + salts.NaH2PO4 + SODIUM_PER_PHOSPHATE * (phosphate - salts.NaH2PO4)
    return {
        "Ca": calcium,
        "Mg": _number(row, "mg_mM"),
        "Na": sodium + 2.0 * _or_zero(row, "bgp_mM") + 4e-3 * (ppi + atp),
        "K": salts.KCl,
        "Cl": max(salts.NaCl + salts.KCl + 2.0 * calcium + (0.0 if as_sulfate else 2.0 * added) + ammonium, 0.0),
        "S(6)": max(salts.MgSO4 + (added if as_sulfate else 0.0), 0.0),
        "P": phosphate,
        "Alb": SITES_PER_ALBUMIN * 1e-3 * albumin_uM(row),
        "Pp": 1e-3 * ppi,
        "Atp": 1e-3 * atp,
        "Amm": ammonium,
    }


def albumin_uM(row: Row) -> float:
    """Albumin: as measured, else from the part of serum, else none."""
    return _given(row, "albumin_uM", ALBUMIN_UM_PER_SERUM_PERCENT * _or_zero(row, "serum_percent"))


def mg_salt(row: Row) -> str:
    """The salt that Mg was added as; chloride where none is named, or one that is not known."""
    return _SALTS.get(_salt_word(row), CHLORIDE)


def _salt_word(row: Row) -> str:
    """The salt's name in small letters, without water of crystals or the metal's name."""
    word = _word(row, "mg_salt").casefold().split("·")[0].split(".")[0].strip()
    return word.removeprefix("magnesium").strip()


def _unknown_salt(row: Row) -> bool:
    """Whether a salt is named that is neither chloride nor sulfate."""
    return bool(_salt_word(row)) and _salt_word(row) not in _SALTS


def _carbonate(row: Row, basal: BasalMedium | None) -> float:
    """Bicarbonate (mM): as given, else that of the basal medium; none of it is known to the gas's own part."""
    return _given(row, "hco3_mM", basal.salts.NaHCO3 if basal else 0.0)


def _assumed(row: Row, basal: BasalMedium | None, background: BasalMedium) -> tuple[str, ...]:
    """What was taken for granted, in words."""
    told = []
    if basal is None:
        told.append(f"sodium, potassium and sulfate of {background.name}, since no basal medium is known")
    if _number(row, "mg_mM") > background.salts.MgSO4 and _salt_word(row) not in _SALTS:
        told.append("Mg added as chloride, since mg_salt does not say chloride or sulfate")
    if math.isnan(_number(row, "serum_percent")) and math.isnan(_number(row, "albumin_uM")):
        told.append("no albumin, since neither serum_percent nor albumin_uM is given")
    return tuple(told)


def _number(row: Row, column: str) -> float:
    """A number of a row, NaN where it is absent."""
    value = row.get(column)
    return math.nan if value is None else float(value)


def _given(row: Row, column: str, otherwise: float) -> float:
    """A number of a row, or what stands for it."""
    value = _number(row, column)
    return otherwise if math.isnan(value) else value


def _or_zero(row: Row, column: str) -> float:
    """A number of a row that is none where it is absent: what a medium may also be without."""
    return _given(row, column, 0.0)


def _word(row: Row, column: str) -> str:
    """A text of a row."""
    return str(row.get(column) or "").strip()
