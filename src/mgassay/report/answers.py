"""Every sentence of the verdict, under the question that it answers, in the order in which a reader asks."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.report.check_words import check_sentences
from mgassay.report.further_words import further_sentences
from mgassay.report.genes import gene_sentences
from mgassay.report.rho_words import rho_sentences
from mgassay.report.rows import tables_of
from mgassay.report.words import Sentence, part_sentences, share_sentences, total_sentences


def answers(
    verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], experiment: Experiment
) -> dict[str, list[Sentence]]:
    """The verdict's sentences by question, those without an answer left out; empty when the verdict names no readout.

    A sentence is its `text`, the `table` (file name) and the `key` of the row that its numbers come from. `tables` are
    result tables by name; those not given count as empty.
    """
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    if not readout:
        return {}
    held = tables_of(experiment, tables)
    asked = {
        "What raising Mg²⁺ did": total_sentences(held, readout, block),
        "How that effect divides": share_sentences(held, readout, block),
        "What the shares are made of": [*part_sentences(held, readout, block), *rho_sentences(held, block)],
        "Whether it holds": check_sentences(held, readout, block),
        "Other levels of Mg²⁺, other days and other steps": further_sentences(held, readout, block),
        "Genes": gene_sentences(held),
    }
    told = {question: list(found) for question, found in asked.items()}
    return {question: found for question, found in told.items() if found}


def sentences(verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], experiment: Experiment) -> list[Sentence]:
    """The same sentences in one list."""
    return [one for found in answers(verdict, tables, experiment).values() for one in found]
