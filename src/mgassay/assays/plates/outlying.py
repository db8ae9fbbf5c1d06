"""Wells of a plate that do not agree with their replicates: standards with their level, samples with their rep."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.curves.curve import StandardCurve
from mgassay.assays.curves.models import Array
from mgassay.assays.curves.outliers import Outliers, outlying_wells
from mgassay.assays.curves.weighting import level_means, reading_weights

_REP = ["role", "condition", "donor", "rep"]


@dataclass(frozen=True)
class Outlying:
    """Names of wells; `single` are those of `wells` that stand alone against two or more replicates."""

    wells: tuple[str, ...] = ()
    single: tuple[str, ...] = ()

    def __add__(self, other: "Outlying") -> "Outlying":
        """Both together."""
        return Outlying(self.wells + other.wells, self.single + other.single)


def outlying_standards(
    curve: StandardCurve, concentration: Array, signal: Array, well: npt.NDArray[np.str_]
) -> Outlying:
    """Standard wells that do not agree with their level, at the weighting of the curve."""
    weights = reading_weights(curve.weighting, concentration, level_means(concentration, signal), curve.pivot)
    level = np.unique(concentration, return_inverse=True)[1]
    return _named(well, outlying_wells(signal, level, weights))


def outlying_samples(curve: StandardCurve, wells: pd.DataFrame) -> Outlying:
    """Sample and mg_control wells (WELLS) that do not agree with the technical wells of their rep.

    Their weights are those of the curve at the concentration of their rep's mean signal and dilution's own readings.
    """
    read = wells[wells.role.isin(["sample", "mg_control"]) & (wells.status == "ok") & wells.value.notna()]
    if read.empty:
        return Outlying()
    signal = read.value.to_numpy(float)
    group = read.groupby([*_REP, read.dilution.fillna(0.0)], sort=False).ngroup().to_numpy().astype(np.int64)
    mean = (np.bincount(group, weights=signal) / np.bincount(group))[group]
    concentration = np.clip(curve.model.inverse(curve.coefficients, mean), 0.0, curve.range_high)
    weights = reading_weights(curve.weighting, concentration, mean, curve.pivot)
    return _named(read.well.to_numpy(str), outlying_wells(signal, group, weights))


def _named(well: npt.NDArray[np.str_], found: Outliers) -> Outlying:
    """Outliers by the names of their wells."""
    return Outlying(tuple(map(str, well[found.outlying])), tuple(map(str, well[found.alone])))


def exclusions_of(wells: pd.DataFrame, names: tuple[str, ...], rule: str) -> pd.DataFrame:
    """EXCLUSIONS of these wells (rows of WELLS) by the name of the rule that leaves them out."""
    left_out = wells[wells.well.isin(names)]
    return left_out[["assay", "plate", "well", "donor", "value"]].assign(rule=rule, by="mgassay")
