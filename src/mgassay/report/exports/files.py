"""Which files are handed on of an experiment's qPCR, and their bytes."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.problems import Problems
from mgassay.readers.miqe_items import MiqeDocument
from mgassay.report.exports.exported_wells import exported_qpcr
from mgassay.report.exports.miqe import checklist, miqe_csv
from mgassay.report.exports.miqe_facts import Facts
from mgassay.report.exports.rdes import rdes_text
from mgassay.report.exports.rdml import rdml_file
from mgassay.report.rows import tables_of

RDML, RDES, MIQE = ".rdml", "_rdes.tsv", "_miqe.csv"


def export_names(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Names of the files in export/ with what they hold; none without qPCR.

    Nor where anything is an error: a file that travels without its report must not carry samples of another layout.
    """
    wells, problems = tables.get("qpcr"), tables.get("problems")
    wrong = problems is not None and (problems["severity"] == "error").any()
    if wells is None or wells.empty or wrong:
        return {}
    named = _rdes_names(experiment, dict.fromkeys(wells["plate"]))
    rdes = {name: f"Cq and curves of plate {plate}, RDES 1.0" for plate, name in named.items()}
    return {
        f"{experiment.id}{RDML}": "all qPCR with samples, targets, Cq and curves, RDML 1.3",
        **rdes,
        f"{experiment.id}{MIQE}": "checklist after MIQE",
    }


def _rdes_names(experiment: Experiment, plates: Collection[str]) -> dict[str, str]:
    """Each plate's file: its own name where that is safe and no other plate's but for case, else with a short hash."""
    folded = [plate.casefold() for plate in plates]
    return {p: f"{experiment.id}_{_safe(p, alone=folded.count(p.casefold()) == 1)}{RDES}" for p in plates}


def _safe(plate: str, *, alone: bool) -> str:
    """A plate's name as a part of a file's name."""
    if alone and re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", plate):
        return plate
    digest = hashlib.sha256(plate.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{re.sub('[^A-Za-z0-9_-]+', '_', plate)[:60]}-{digest}"


def facts_of(experiment: Experiment, tables: Mapping[str, pd.DataFrame], provenance: Mapping[str, Any]) -> Facts:
    """All that items of MIQE are looked up in; `tables` are by name, those that are not there are empty."""
    return Facts(
        experiment,
        tables_of(experiment, tables),
        list(provenance.get("readings") or ()),
        {str(k): str(v) for k, v in dict(provenance.get("versions") or {}).items()},
        tuple(export_names(experiment, tables)),
    )


def export_files(
    experiment: Experiment | None, tables: Mapping[str, pd.DataFrame], provenance: Mapping[str, Any],
    documents: Sequence[MiqeDocument], problems: Problems,
) -> dict[str, bytes]:  # fmt: skip
    """The files of `export_names` by name. `tables` are result tables, QPCR_WELLS and AMPLIFICATION by name."""
    if experiment is None or not export_names(experiment, tables):
        return {}
    facts = facts_of(experiment, tables, provenance)
    exported = exported_qpcr(experiment, tables, problems)
    made = {f"{experiment.id}{RDML}": rdml_file(experiment, exported, facts.versions.get("mgassay", ""))}
    named = _rdes_names(experiment, dict.fromkeys(tables["qpcr"]["plate"]))
    for run in exported.runs:
        name = named[run.plate]
        made[name] = rdes_text(run, exported, name, problems).encode()
    miqe = f"{experiment.id}{MIQE}"
    made[miqe] = miqe_csv(checklist(documents, facts), miqe, problems).encode()
    return made
