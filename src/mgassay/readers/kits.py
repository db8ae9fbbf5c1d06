"""Kits: what the maker's protocol fixes (resources/kits/<id>.toml), for files that name theirs by the setting `kit`.

A kit fills in only what the lab left open, and what it filled in is told. A preset is `verified` only where each of its
numbers was read in the maker's own document; `checked` names those that were.
"""

import functools
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from mgassay.experiment import Assays, AssaySettings, Curve, Experiment, StandardsSettings
from mgassay.presets import RESOURCES, Named, Part, presets_in
from mgassay.problems import Problems, listed, suggestion
from mgassay.units import MOLAR_MASS, plain, ug_per_mL_factor

FOLDER = RESOURCES / "kits"
NEAR_NM = 5.0  # wavelengths that are the same one, where a kit names no band
_NUMBERS = ("wavelength_nm", "wavelength_band_nm", "standards", "range", "sample_volume_uL", "reagent_volume_uL")
_SETTINGS = ("wavelength_nm", "standard_unit", "curve", "sample_volume_uL")  # what a kit may set
_ROUNDING = 0.01  # of a limit, within which a standard still lies in the range

KitAssay = Literal["calcium", "protein", "alizarin_extract", "alp"]


class Source(Part):
    """Where the numbers are from. `checked`: those that were read in the document; `why`: why not all of them."""

    title: str = Field(min_length=1)
    revision: str = ""
    address: str = ""
    verified: bool
    checked: list[Literal["wavelength_nm", "wavelength_band_nm", "standards", "range", "sample_volume_uL",
                          "reagent_volume_uL"]] = Field(default_factory=list)  # fmt: skip
    why: str = ""


class Kit(Named):
    """One preset. Standards and range in `standard_unit`; a volume that the protocol leaves open is absent."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: str = Field(min_length=1)
    maker: str = Field(min_length=1)
    catalogue: list[str] = Field(default_factory=list)
    assay: KitAssay
    wavelength_nm: float = Field(ge=200, le=1100)
    wavelength_band_nm: tuple[float, float] | None = None
    standard_unit: str
    standards: list[float] = Field(default_factory=list)
    range: tuple[float, float] | None = None
    sample_volume_uL: float | None = Field(default=None, gt=0)
    reagent_volume_uL: float | None = Field(default=None, gt=0)
    curve: Curve | None = None
    notes: str = ""
    source: Source

    @model_validator(mode="after")
    def _holds_together(self) -> "Kit":
        """Limits in order, standards ascending from 0 or above, `verified` only with every number checked."""
        for low, high in filter(None, (self.range, self.wavelength_band_nm)):
            if not 0 <= low < high:
                raise ValueError(f"{low} to {high} is no range")
        if self.standards != sorted(set(self.standards)) or any(not 0 <= s < math.inf for s in self.standards):
            raise ValueError("standards must ascend from 0 or above, each once")
        if self.source.verified != (not self.unchecked):
            raise ValueError(f"verified is {self.source.verified}, not checked are {self.unchecked}")
        if self.source.verified == bool(self.source.why) or (self.source.checked and not self.source.address):
            raise ValueError("what is not verified says why; what was checked says where it was read")
        return self

    @property
    def unchecked(self) -> list[str]:
        """The numbers of this preset that were not read in the document."""
        return [n for n in _NUMBERS if getattr(self, n) not in (None, []) and n not in self.source.checked]

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that this kit fixes."""
        return {k: v for k in _SETTINGS if (v := getattr(self, k)) is not None}

    @property
    def limits(self) -> tuple[float, float] | None:
        """The lowest and the highest standard above zero, or end of the range, whichever lies further out.

        A single standard is there to be diluted.
        """
        known = [x for x in (*self.standards, *(self.range or ())) if x > 0]
        return (min(known) if len(set(known)) > 1 else 0.0, max(known)) if known else None

    def is_near(self, wavelength_nm: float) -> bool:
        """Whether a wavelength is the kit's, or within the band that it names."""
        low, high = self.wavelength_band_nm or (self.wavelength_nm - NEAR_NM, self.wavelength_nm + NEAR_NM)
        return low <= wavelength_nm <= high


@functools.cache
def kits(folder: Path = FOLDER) -> Mapping[str, Kit]:
    """All presets by id; none where the folder is absent (a wheel holds no resources).

    Raises ContractError for a file that is no preset: presets are ours.
    """
    return presets_in(folder, Kit)


def preset_from_kit(
    name: str | None,
    assay: str,
    *,
    given: Collection[str],
    wavelength: str,
    where: Mapping[str, str],
    problems: Problems,
) -> dict[str, Any]:
    """The settings that the kit `name` fixes and that are not `given` by the lab; each is told.

    `wavelength` is the one that the lab declared ("" for none), `where` file, sheet and place of the kit's name.
    Nothing is set, and a problem told, where there is no such kit or it is another assay's.
    """
    if not name:
        return {}
    kit = kits().get(name)
    if kit is None:
        problems.add("MG069", **where, seen=name, suggestion=_suggested(name, assay))
        return {}
    if kit.assay != assay:
        problems.add("MG090", **where, seen=name, assay=assay, of=kit.assay, suggestion=_suggested(name, assay))
        return {}
    section: type[AssaySettings] = type(getattr(Assays(), assay))
    taken = {k: v for k, v in kit.settings.items() if k in section.model_fields and k not in given}
    _tell(kit, taken, wavelength, where, problems)
    return taken


def _suggested(name: str, assay: str) -> str:
    """The nearest kit of this assay, or that there are none to be had."""
    if not kits():
        return (
            "No presets are installed: they stand in resources/kits beside the source, which this installation lacks."
        )
    return suggestion(name, [k.id for k in kits().values() if k.assay == assay])


def _tell(kit: Kit, taken: Mapping[str, Any], wavelength: str, where: Mapping[str, str], problems: Problems) -> None:
    """What a kit set, which of its numbers nobody checked, and a wavelength that is not the kit's."""
    if taken:
        words = listed(f"{k} = {v:g}" if isinstance(v, float) else f"{k} = {v}" for k, v in taken.items())
        problems.add("MG092", **where, seen=kit.id, kit=f"{kit.maker} {kit.name}", settings=words)
    if kit.unchecked:
        problems.add("MG091", **where, seen=kit.id, numbers=listed(kit.unchecked), why=kit.source.why)
    if wavelength and ";" not in wavelength and not kit.is_near(float(wavelength)):
        expected = f"{kit.wavelength_nm:g} nm"
        problems.add("MG093", **where, seen=f"wavelength_nm = {wavelength}", kit=kit.id, expected=expected)


def check_standards(experiment: Experiment, homes: Mapping[str, str], problems: Problems) -> None:
    """A warning for each file whose layout has standards that its kit does not: a slip of the unit, or another kit.

    `homes`: the file that each layout stands in, by the layout's name.
    """
    for raw in experiment.files:
        settings, layout = experiment.assay_settings(raw), experiment.layouts.get(raw.layout)
        if not isinstance(settings, StandardsSettings) or layout is None:
            continue
        kit = kits().get(settings.kit or "")
        if kit is not None and kit.assay == raw.assay and kit.limits is not None:
            _check_standards(layout["standard"].dropna().tolist(), settings, kit, homes[raw.layout], problems)


def _check_standards(
    standards: list[float], settings: StandardsSettings, kit: Kit, home: str, problems: Problems
) -> None:
    """The warning of one layout."""
    factor, (low, high) = _to_unit_of_kit(settings, kit), kit.limits or (0.0, math.inf)
    strange = [] if factor is None else _strange(standards, factor, kit)
    if strange:
        seen = f"standards of {listed(f'{s:g}' for s in strange)} {plain(settings.standard_unit)}"
        expected = f"{low:g} to {high:g} {kit.standard_unit}"
        problems.add("MG093", file=home, place="standard", seen=seen, kit=kit.id, expected=expected)


def _strange(standards: list[float], factor: float, kit: Kit) -> list[float]:
    """Standards above zero that lie outside the limits of the kit, once `factor` has put them in its unit."""
    low, high = kit.limits or (0.0, math.inf)
    inside = low * (1.0 - _ROUNDING), high * (1.0 + _ROUNDING)
    return sorted({s for s in standards if s > 0 and not inside[0] <= s * factor <= inside[1]})


def _to_unit_of_kit(settings: StandardsSettings, kit: Kit) -> float | None:
    """What standards in the lab's unit are multiplied by to stand in the kit's; None where that is not known."""
    ours, its = plain(settings.standard_unit), plain(kit.standard_unit)
    if ours == its:
        return 1.0
    mass = MOLAR_MASS.get(kit.assay)
    try:
        return ug_per_mL_factor(ours, g_per_mol=mass) / ug_per_mL_factor(its, g_per_mol=mass)
    except ValueError:
        return None
