"""Inter-run calibrators: a sample that stands on several plates says by how much these differ, gene by gene.

log2 quantity of calibrator c on plate p = a_c + b_p, fitted by least squares over all calibrators and plates of a gene,
Σ b = 0. b_p is what plate p reads too high, and is taken off every quantity of that gene on it. Where every calibrator
was read on every plate, b_p is the mean over calibrators less the mean over plates: the logarithm of the calibration
factor of Hellemans et al. 2007 (Genome Biol 8:R19), formulas 13 to 15.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed, suggestion
from mgassay.units import plain

APART_LOG2 = 0.5  # calibrators that differ from their common shift by more are pointed out


def calibrations_from_wells(
    wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> pd.DataFrame | None:
    """One row per plate × gene that a calibrator was asked for; None where none was, or there is one plate only.

    `wells` has plate, gene, well, sample, role, status, cq and efficiency. Columns: plate, gene, shift (b_p, log2;
    NaN where it cannot be known, and a problem says so), variance (of b_p, from the technical replicates of the gene's
    calibrators pooled: s²·Σ a²/n; NaN without replicates), df (theirs), n (wells with a Cq on this plate), calibrators
    (their names). A gene that was run on one plate has the shift 0 and no variance.
    """
    asked = {name: {plain(c).casefold(): c for c in plate.settings.calibrator} for name, plate in plates.items()}
    run = wells[wells["status"].isin(["value", "undetermined"]) & (wells["gene"] != "") & wells["efficiency"].notna()]
    if not any(asked.values()) or run["plate"].nunique() < 2:
        return None
    known = run[run["role"].isin(["sample", "standard"])]
    spelled = known["sample"].map({name: plain(name).casefold() for name in known["sample"].unique()})
    _check_names(asked, known["sample"], set(spelled), problems)
    named = pd.MultiIndex.from_tuples([(p, c) for p, names in asked.items() for c in names], names=["plate", "name"])
    of_calibrator = pd.MultiIndex.from_arrays([known["plate"], spelled]).isin(named)
    levels = _levels(known.assign(calibrator=spelled)[of_calibrator])
    needed = run.loc[run["role"] == "sample", ["gene", "plate"]].drop_duplicates()
    rows: list[dict[str, Any]] = []
    for (gene,), own in each_group(needed, "gene"):
        rows += _of_gene(gene, list(own["plate"]), levels[levels["gene"] == gene], asked, plates, problems)
    columns = ["plate", "gene", "shift", "variance", "df", "n", "calibrators"]
    return pd.DataFrame(rows, columns=columns)


def _check_names(
    asked: Mapping[str, Mapping[str, str]], samples: "pd.Series[str]", spelled: set[str], problems: Problems
) -> None:
    """Every calibrator must be a sample of some plate (MG532)."""
    for folded, name in {f: n for names in asked.values() for f, n in names.items()}.items():
        if folded not in spelled:
            problems.add("MG532", seen=name, suggestion=suggestion(name, [s for s in samples.unique() if s][:50]))


def _levels(wells: pd.DataFrame) -> pd.DataFrame:
    """log2 quantity of each calibrator × plate × gene, its number of wells with a Cq and their sum of squares."""
    rows = wells.assign(quantity=-wells["cq"] * np.log2(wells["efficiency"]))
    groups = rows.groupby(["calibrator", "plate", "gene"], sort=False)["quantity"]
    found = groups.agg(quantity="mean", n="count", wells="size", variance="var").reset_index()
    known = 2 * found["n"] > found["wells"]
    squares = (found["variance"] * (found["n"] - 1)).fillna(0.0)
    return found.assign(quantity=found["quantity"].where(known), squares=squares).drop(columns="variance")


def _of_gene(
    gene: str,
    names: list[str],
    levels: pd.DataFrame,
    asked: Mapping[str, Mapping[str, str]],
    plates: Mapping[str, QpcrPlate],
    problems: Problems,
) -> list[dict[str, Any]]:
    """The shifts of a gene on the plates that hold its samples."""
    if len(names) == 1:
        words = {"variance": 0.0, "df": np.inf, "n": 0, "calibrators": ""}
        return [{"plate": names[0], "gene": gene, "shift": 0.0, **words}]
    read = levels[levels["quantity"].notna()].reset_index(drop=True)
    _check_read(gene, names, read, asked, plates, problems)
    order = list(dict.fromkeys([*names, *read["plate"]]))  # a plate that holds calibrators only links the others
    shift, variance = _fitted(read, order)
    if np.isfinite(shift).any():
        apart = f"{np.nanmax(shift) - np.nanmin(shift):.2f}"
        by = listed(read["calibrator"])
        problems.add("MG536", gene=gene, seen=apart, calibrators=by, plates=read["plate"].nunique())
    df = int((read["n"] - 1).clip(lower=0).sum())
    scatter = float(read["squares"].sum()) / df if df else np.nan
    _check_agreement(gene, read, shift, order, problems)
    if np.isnan(shift).any() and set(names) <= set(read["plate"]):
        problems.add("MG542", gene=gene, seen=listed(names))
    return [
        {
            "plate": plate,
            "gene": gene,
            "shift": shift[k],
            "variance": variance[k] * scatter,
            "df": df,
            "n": int(read.loc[read["plate"] == plate, "n"].sum()),
            "calibrators": "; ".join(asked[plate].values()),
        }
        for k, plate in enumerate(order)
        if plate in names
    ]


def _fitted(read: pd.DataFrame, order: list[str]) -> tuple[Floats, Floats]:
    """b_p and its variance per well variance (Σ a²/n) for the plates in `order`; NaN for plates not linked to others.

    Plates are linked where a calibrator stands on both. Where they fall apart, none has a shift.
    """
    shift, variance = np.full(len(order), np.nan), np.full(len(order), np.nan)
    on = np.array([plate in set(read["plate"]) for plate in order], dtype=bool)
    code = {plate: k for k, plate in enumerate(np.array(order, dtype=object)[on])}
    calibrator = pd.factorize(read["calibrator"])[0]
    many = calibrator.max(initial=-1) + 1
    design = np.zeros((len(read), many + len(code)))
    design[np.arange(len(read)), calibrator] = 1.0
    design[np.arange(len(read)), many + read["plate"].map(code).to_numpy(dtype=np.int64)] = 1.0
    if not len(read) or np.linalg.matrix_rank(design) < many + len(code) - 1:
        return shift, variance
    weights = np.linalg.pinv(design)[many:]
    weights = weights - weights.mean(axis=0)
    shift[on] = weights @ read["quantity"].to_numpy()
    variance[on] = weights**2 @ (1.0 / read["n"].to_numpy())
    return shift, variance


def _check_read(
    gene: str,
    names: list[str],
    read: pd.DataFrame,
    asked: Mapping[str, Mapping[str, str]],
    plates: Mapping[str, QpcrPlate],
    problems: Problems,
) -> None:
    """Plates without any calibrator of this gene (MG533), or without one of several (MG534)."""
    present = set(zip(read["plate"], read["calibrator"], strict=True))
    for plate in names:
        lacking = [name for folded, name in asked[plate].items() if (plate, folded) not in present]
        if lacking or not asked[plate]:
            code = "MG533" if len(lacking) == len(asked[plate]) else "MG534"
            words = {"plate": plate, "gene": gene, "seen": listed(lacking) or "no calibrator in its settings"}
            problems.add(code, file=plates[plate].file, **words)


def _check_agreement(gene: str, read: pd.DataFrame, shift: Floats, order: list[str], problems: Problems) -> None:
    """Calibrators that shift a plate otherwise than the others of the plate do (MG535)."""
    own = read["quantity"] - read["plate"].map(dict(zip(order, shift, strict=True)))
    rest = own - own.groupby(read["calibrator"]).transform("mean")
    worst = read.assign(rest=rest)[rest.abs() > APART_LOG2]
    for (plate,), rows in each_group(worst, "plate"):
        each = zip(rows["calibrator"], rows["rest"], strict=True)
        problems.add("MG535", plate=plate, gene=gene, seen=listed(f"{name} {value:+.2f}" for name, value in each))


def calibration_rows(calibrations: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows of QPCR_QUALITY, `calibration`: how much too high each plate reads, in log2, with Student's interval."""
    from scipy.special import stdtrit

    if calibrations is None:
        return []
    made = calibrations[calibrations["calibrators"] != ""]
    rows = []
    for row in made.to_dict("records"):
        half = float(stdtrit(row["df"], 0.975)) * float(np.sqrt(row["variance"])) if row["df"] else np.nan
        where = {"plate": row["plate"], "gene": row["gene"], "measure": "calibration", "subject": row["calibrators"]}
        bounds = {"estimate": row["shift"], "ci_low": row["shift"] - half, "ci_high": row["shift"] + half}
        rows.append({**where, **bounds, "unit": "log2", "n": row["n"], "flag": ""})
    return rows
