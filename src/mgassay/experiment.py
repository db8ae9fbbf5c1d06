"""An experiment: what the lab declared in its folder, with every default filled in and nothing else.

The settings mirror experiment.toml key by key (docs/contract.md); a key that is not here is an error for the lab.
"""

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

if TYPE_CHECKING:
    import pandas as pd

PLATE_ASSAYS = ("calcium", "protein", "alizarin_extract", "alp", "mg_intracellular", "t50", "viability")
ASSAYS = (*PLATE_ASSAYS, "alizarin_image", "qpcr")

Curve = Literal["linear", "quadratic", "4pl", "5pl", "auto"]
Weighting = Literal["none", "1/x", "1/x2", "1/y", "auto"]
Viability = Literal["mtt", "resazurin", "ldh"]

_NUMBER = r"\d+(\.\d+)?"
WELL_GRID = rf"^(\s*[A-P]\d{{1,2}}\s+{_NUMBER}\s+{_NUMBER}\s*;){{3,}}\s*radius\s+{_NUMBER}\s*$"


class _Section(BaseModel):
    """A section of experiment.toml: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Contrast(_Section):
    """[contrast]: the Mg step asked for and the margins declared before results (mM and fold).

    `day` is the harvest day that the answer rests on, as in conditions.csv; "" for the last one.
    """

    mg_reference_mM: float = Field(gt=0)
    mg_raised_mM: float = Field(gt=0)
    medium_calcifying: str = "calcifying"
    medium_control: str = "control"
    equivalence_fold: float = Field(default=1.5, gt=1)
    agreement_fold: float = Field(default=2.0, gt=1)
    acellular: Literal["none", "fixed"] = "none"
    day: str = ""

    @field_validator("day", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        """A whole number (day = 14) is its text, as days are in conditions.csv."""
        return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


class BlockSettings(_Section):
    """[[block]]: one way to stop Mg2+ entry, as values of one column of conditions.csv."""

    name: str
    column: str
    intact: str
    blocked: str
    selective: bool = False


class StepSettings(_Section):
    """[[step]]: a further step asked the same way as the Mg step."""

    name: str
    column: str
    reference: str
    raised: str


class AssaySettings(_Section):
    """Keys that every [assays.X] takes."""

    wavelength_nm: float | None = None
    dilution: float = Field(default=1.0, gt=0)


class StandardsSettings(AssaySettings):
    """Keys of every assay read against standards.

    `accept_*`: how far a back-calculated standard may lie from its value (percent; the lowest non-zero one has its own
    limit) and how many levels must pass (percent). `linear_range`: whether a straight line asked for by name may end
    where the standards bend away from it. `outliers`: whether replicates that do not agree are only flagged.
    """

    standard_unit: str = "ug/mL"
    curve: Curve = "auto"
    weighting: Weighting = "auto"
    kit: str | None = None
    accept_percent: float = Field(default=15.0, gt=0)
    accept_lowest_percent: float = Field(default=20.0, gt=0)
    accept_levels_percent: float = Field(default=75.0, gt=0, le=100)
    linear_range: Literal["detect", "whole"] = "detect"
    outliers: Literal["flag", "remove"] = "flag"


class CalciumSettings(StandardsSettings):
    """[assays.calcium]; volumes in µL."""

    extract_volume_uL: float = Field(default=200.0, gt=0)
    sample_volume_uL: float | None = Field(default=None, gt=0)
    subtract_mg_control: bool = False


class ProteinSettings(StandardsSettings):
    """[assays.protein]; volumes in µL."""

    curve: Curve = "quadratic"
    lysate_volume_uL: float = Field(default=200.0, gt=0)
    sample_volume_uL: float | None = Field(default=None, gt=0)


class AlizarinExtractSettings(StandardsSettings):
    """[assays.alizarin_extract]; `extract_volume_uL` is what the culture well was eluted in."""

    standard_unit: str = "uM"
    extract_volume_uL: float | None = Field(default=None, gt=0)


class AlpSettings(StandardsSettings):
    """[assays.alp]: p-nitrophenol by its molar absorptivity, or by standards; volumes in µL.

    `incubation_min` is for plates that were read once, after the reaction was stopped.
    """

    standard_unit: str = "uM"
    epsilon_per_mM_cm: float | None = Field(default=None, gt=0)
    path_cm: float | None = Field(default=None, gt=0)
    well_volume_uL: float | None = Field(default=None, gt=0)
    sample_volume_uL: float | None = Field(default=None, gt=0)
    lysate_volume_uL: float | None = Field(default=None, gt=0)
    incubation_min: float | None = Field(default=None, gt=0)


class MagnesiumSettings(AssaySettings):
    """[assays.mg_intracellular]; of a single wavelength `r_min` and `r_max` are the signals without and with Mg."""

    kd_mM: float | None = Field(default=None, gt=0)
    r_min: float | None = Field(default=None, ge=0)
    r_max: float | None = Field(default=None, ge=0)
    beta: float | None = Field(default=None, gt=0)


class T50Settings(AssaySettings):
    """[assays.t50]: minutes at the start of the record in which the plate still settles."""

    settling_min: float = Field(default=5.0, ge=0)


class ViabilitySettings(AssaySettings):
    """[assays.viability]: percent of the condition `control`; for LDH `maximum` names the condition that was lysed."""

    method: Viability = "mtt"
    control: str | None = None
    maximum: str | None = None


class QpcrSettings(AssaySettings):
    """[assays.qpcr].

    `efficiency` is the factor per cycle (1.95) and `efficiency_se` its standard error, a number or a table by gene.
    `efficiency_from`: whether a gene with neither of these nor a dilution series takes that of its amplification
    curves. `calibrator`: the sample, or samples, that stand on every plate. The limits of controls are in percent of
    the samples' mean quantity.
    `small_rna`: further genes that are small RNAs, where no panel lists them. `reference_max_m` and
    `reference_max_fold`: geNorm's M (log2) of the reference genes, and how far one may move under a treatment, beyond
    which it is told. `osteogenic_score`: the genes of the score, where not the panel's.
    """

    reference_genes: tuple[str, ...] = ()
    small_rna: tuple[str, ...] = ()
    reference_max_m: float = Field(default=0.5, gt=0)
    reference_max_fold: float = Field(default=1.5, gt=1)
    osteogenic_score: tuple[str, ...] = ()
    efficiency: float | dict[str, float] | None = None
    efficiency_se: float | dict[str, float] | None = None
    efficiency_from: Literal["series", "series_then_curves"] = "series"
    cycles: int | None = Field(default=None, gt=0)
    ntc_max_percent: float = Field(default=1.0, ge=0)
    nrt_max_percent: float = Field(default=1.0, ge=0)
    calibrator: tuple[str, ...] = ()
    outliers: Literal["flag", "remove"] = "flag"

    @field_validator("calibrator", mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        """A single name is a list of one; JSON's lists are tuples here."""
        return (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given


class AlizarinImageSettings(AssaySettings):
    """[assays.alizarin_image]; OD are decadic, the vector is R, G, B.

    `wells`: whether an image is a field of one well, or a photograph of a whole plate whose wells are to be found, or
    are given by `well_grid` (centres of three wells or more, and the radius, in pixels: `A1 210 180; A6 1390 181;
    D1 212 890; radius 100`). `rotation` is by how much the plate lies turned clockwise in the photograph, in degrees.
    """

    pixel_size_um: float | None = Field(default=None, gt=0)
    vector: tuple[float, float, float] = (0.38, 0.73, 0.57)
    floor_od: float = Field(default=0.15, gt=0)
    gate: float = Field(default=0.8, gt=0, le=1)
    percentile: float = Field(default=99.9, gt=0, lt=100)
    min_area_um2: float = Field(default=0.0, ge=0)
    blank: str | None = None
    wells: Literal["one", "find", "given"] = "one"
    well_grid: str | None = Field(default=None, pattern=WELL_GRID)
    rotation: int = Field(default=0, ge=0, le=270, multiple_of=90)


class Assays(_Section):
    """[assays.X], one section per assay."""

    calcium: CalciumSettings = CalciumSettings()
    protein: ProteinSettings = ProteinSettings()
    alizarin_extract: AlizarinExtractSettings = AlizarinExtractSettings()
    alp: AlpSettings = AlpSettings()
    mg_intracellular: MagnesiumSettings = MagnesiumSettings()
    t50: T50Settings = T50Settings()
    viability: ViabilitySettings = ViabilitySettings()
    alizarin_image: AlizarinImageSettings = AlizarinImageSettings()
    qpcr: QpcrSettings = QpcrSettings()


class About(_Section):
    """[experiment]; `date` is the day of harvest, which orders plates in control charts."""

    title: str = ""
    cells: str = ""
    date: datetime.date | None = None


class Settings(_Section):
    """All of experiment.toml."""

    experiment: About = About()
    contrast: Contrast
    block: tuple[BlockSettings, ...] = ()
    step: tuple[StepSettings, ...] = ()
    assays: Assays = Assays()


class RawFile(BaseModel):
    """One row of files.csv; `settings` are the assay's settings with this row's own columns already applied."""

    model_config = ConfigDict(frozen=True)

    file: str  # relative to the experiment folder
    assay: str
    plate: str
    layout: str = ""  # name, "" when samples.csv or the file itself maps
    sheet: str = ""
    wavelength_nm: str = ""  # "340;380" for ratiometric probes
    reader: str = ""  # "" = detected
    dilution: float | None = None
    pattern: str = ""
    confirm: tuple[str, ...] = ()
    overrides: dict[str, Any] = Field(default_factory=dict)
    preset: dict[str, Any] = Field(default_factory=dict)  # what its kit sets and the lab does not


@dataclass(frozen=True)
class Experiment:
    """What the lab declared. `conditions`, `layouts` and `samples` keep the contracts of `mgassay.tables`.

    `conditions` may hold further text columns, named by a [[step]] or [[block]].
    """

    id: str
    settings: Settings
    conditions: "pd.DataFrame"
    files: tuple[RawFile, ...]
    layouts: "dict[str, pd.DataFrame]" = field(default_factory=dict)
    samples: "pd.DataFrame | None" = None

    def files_of(self, *assays: str) -> tuple[RawFile, ...]:
        """The raw files of these assays, in the order of files.csv."""
        return tuple(f for f in self.files if f.assay in assays)

    def plates_of(self, assay: str) -> dict[str, RawFile]:
        """The files of an assay that hold raw readings, by plate; readers keep each plate of an assay once."""
        return {f.plate: f for f in self.files_of(assay) if f.reader != "table"}

    def assay_settings(self, file: RawFile) -> AssaySettings:
        """The settings of a file's assay with those of its kit and the columns of its own row on top (the row wins)."""
        section: AssaySettings = getattr(self.settings.assays, file.assay)
        return type(section).model_validate({**section.model_dump(), **file.preset, **file.overrides})
