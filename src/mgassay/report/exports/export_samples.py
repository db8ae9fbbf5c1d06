"""Samples and targets as RDML and RDES know them: one name for one solution, one type for one assay.

A sample is a culture well (condition, donor, rep), a standard of one quantity, or a control. The name that a run's
export gave it is kept beside it.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mgassay.assays.qpcr.genes import gene_symbol, same_gene
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, sample_names
from mgassay.problems import listed
from mgassay.report.numbers import level
from mgassay.units import plain

# Role of a well -> type of its sample. Wells that the lab left out keep their sample; they are marked themselves.
TYPES: Mapping[str, str] = {"standard": "std", "ntc": "ntc", "nrt": "nrt"}
UNKNOWN = "unkn"


@dataclass(frozen=True)
class ExportSample:
    """One solution: its name, type, quantity (standards, else NaN), what the runs call it, where it is from."""

    name: str
    type: str
    quantity: float
    called: str
    condition: str = ""
    donor: str = ""
    rep: str = ""
    calibrator: bool = False


@dataclass(frozen=True)
class ExportTarget:
    """One assay: its name in the runs, its gene, and `ref` where it is a reference gene of any plate, else `toi`."""

    name: str
    gene: str
    type: str


def with_samples(wells: pd.DataFrame) -> pd.DataFrame:
    """Wells (role, condition, donor, rep, sample, standard) with the type of their sample, and its one name.

    Different solutions of one name are told apart by a number in brackets.
    """
    type_ = wells["role"].map(TYPES).fillna(UNKNOWN).astype("str")
    culture = wells["condition"].where(type_.isin([UNKNOWN, "nrt"]), "")
    of = wells.assign(type=type_, culture=culture, donor_of=wells["donor"].where(culture != "", ""))
    of = of.assign(rep_of=wells["rep"].where(culture != "", ""), name=_labels(of))
    identity = of.groupby(["type", "culture", "donor_of", "rep_of", "name"], sort=False).ngroup()
    first = of.loc[~identity.duplicated(), "name"].tolist()
    names = _told_apart(first)
    return wells.assign(type=type_, name=identity.map(dict(enumerate(names))).astype("str"))


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names made different by a number in brackets where they are alike.

    >>> _told_apart(["a", "a", "a (2)", "b"])
    ['a', 'a (2)', 'a (2) (2)', 'b']
    """
    taken: dict[str, None] = {}  # in order
    for name in names:
        numbered = (f"{name} ({k})" for k in itertools.count(2))
        taken[next(n for n in itertools.chain([name], numbered) if n not in taken)] = None
    return list(taken)


def _labels(wells: pd.DataFrame) -> "pd.Series[str]":
    """What each well's sample is called, before it is made sure that the name is its own."""
    own = pd.Series(sample_names(wells), index=wells.index).where(wells["culture"] != "", wells["sample"])
    quantity = wells["standard"].map(lambda q: level(q) if q == q else "")
    label = own.where(own != "", "unknown sample")
    label = label.where(wells["type"] != "nrt", ("NRT " + own).str.strip())
    label = label.where(wells["type"] != "ntc", "NTC")
    standard = "standard " + quantity.where(quantity != "", wells["sample"])
    return label.where(wells["type"] != "std", standard.str.strip()).astype("str")


def samples_of(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate]) -> Iterator[ExportSample]:
    """The samples of wells from `with_samples`, each once, in the order in which they come."""
    calibrators = {plain(c).casefold() for plate in plates.values() for c in plate.settings.calibrator}
    called: dict[str, list[str]] = {}
    for name, sample in wells[["name", "sample"]].drop_duplicates().itertuples(index=False, name=None):
        called.setdefault(name, []).extend([sample] if sample else [])
    for row in wells.drop_duplicates("name").to_dict("records"):
        name, type_ = row["name"], row["type"]
        of_culture = type_ in (UNKNOWN, "nrt")
        yield ExportSample(
            name,
            type_,
            float(row["standard"]) if type_ == "std" else float("nan"),
            listed(called[name]),
            **({c: row[c] for c in ("condition", "donor", "rep")} if of_culture else {}),
            calibrator=any(plain(s).casefold() in calibrators for s in called[name]),
        )


def targets_of(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate]) -> Iterator[ExportTarget]:
    """The targets of wells, each once, in the order in which they come."""
    for (target,), rows in each_group(wells, "target"):
        references = {r for plate in rows["plate"].unique() for r in plates[plate].settings.reference_genes}
        yield ExportTarget(target, gene_symbol(target), "ref" if _is_one_of(target, references) else "toi")


def _is_one_of(target: str, references: Collection[str]) -> bool:
    """Whether a target is one of the declared reference genes, under its own name or its symbol."""
    return any(same_gene(r, (target, gene_symbol(target))) for r in references)
