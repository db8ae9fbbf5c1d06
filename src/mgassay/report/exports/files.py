"""Files that are handed on with the report, where all that they need is at hand: the methods, and those of qPCR."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.problems import Problems
from mgassay.readers.miqe_items import MiqeDocument
from mgassay.report.exports.export_names import METHODS, MIQE, RDML, export_names, has_errors, rdes_names
from mgassay.report.exports.exported_wells import exported_qpcr
from mgassay.report.exports.miqe import checklist, miqe_csv
from mgassay.report.exports.miqe_facts import Facts
from mgassay.report.exports.rdes import rdes_text
from mgassay.report.exports.rdml import rdml_file
from mgassay.report.methods import methods_text
from mgassay.report.rows import tables_of


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
    """The methods and the files of `export_names` by name; none where something is an error.

    `tables` are result tables, QPCR_WELLS and AMPLIFICATION by name.
    """
    if experiment is None or has_errors(tables):
        return {}
    facts = facts_of(experiment, tables, provenance)
    methods = {METHODS: methods_text(experiment, tables, facts.versions).encode()}
    return methods | (_of_qpcr(experiment, tables, facts, documents, problems) if facts.exports else {})


def _of_qpcr(
    experiment: Experiment, tables: Mapping[str, pd.DataFrame], facts: Facts,
    documents: Sequence[MiqeDocument], problems: Problems,
) -> dict[str, bytes]:  # fmt: skip
    """The files of qPCR by name."""
    exported = exported_qpcr(experiment, tables, problems)
    made = {f"{experiment.id}{RDML}": rdml_file(experiment, exported, facts.versions.get("mgassay", ""))}
    named = rdes_names(experiment, dict.fromkeys(tables["qpcr"]["plate"]))
    for run in exported.runs:
        name = named[run.plate]
        made[name] = rdes_text(run, exported, name, problems).encode()
    miqe = f"{experiment.id}{MIQE}"
    made[miqe] = miqe_csv(checklist(documents, facts), miqe, problems).encode()
    return made
