"""The head of the page: the answer in a sentence, its grade with the reasons, the share bar, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mgassay.report import labels
from mgassay.report.answers import answers
from mgassay.report.grades import GRADES, NOT_THE_ANSWER, held_at, next_steps, reasons
from mgassay.report.headline import headline
from mgassay.report.pieces import Drawing
from mgassay.report.report_input import ReportInput
from mgassay.report.rows import Tables
from mgassay.report.share_bar import IN_SHORT, share_drawing

Told = Mapping[str, str]  # a sentence: its text, and the table and key of the row that it rests on


@dataclass(frozen=True)
class Answer:
    """One question with its sentences: the one that tells most, seen at once, and the others, opened on request."""

    question: str
    first: Told | None
    others: tuple[Told, ...]


@dataclass(frozen=True)
class VerdictBox:
    """The head of the page: the grade with its reasons, the sentences, what would raise it."""

    headline: Told | None
    grade: str
    meaning: str
    note: str
    bar: Drawing | None
    answers: tuple[Answer, ...]
    holds_up: tuple[str, ...]
    holds_back: tuple[str, ...]
    next_steps: tuple[str, ...]
    caution: str = NOT_THE_ANSWER


def verdict_box(given: ReportInput, tables: Tables) -> VerdictBox | None:
    """The verdict's facts in words; None where no verdict was reached."""
    verdict, experiment = given.verdict, given.experiment
    if experiment is None or not verdict.get("grade"):
        return None
    grade, missing = str(verdict["grade"]), list(verdict.get("missing") or ())
    # Without a readout no rule was asked of anything.
    holds_up, holds_back = reasons((verdict.get("rules") or ()) if verdict.get("readout") else ())
    return VerdictBox(
        headline=headline(verdict, tables),
        grade=grade,
        meaning=GRADES.get(grade, ""),
        note=" ".join(told for told in (_basis_text(verdict), held_at(verdict)) if told),
        bar=_bar(verdict, tables),
        answers=tuple(_answer(q, told) for q, told in answers(verdict, given.tables, experiment).items()),
        holds_up=tuple(holds_up),
        holds_back=tuple(holds_back),
        next_steps=tuple(next_steps(missing)),
    )


def _answer(question: str, told: Sequence[Told]) -> Answer:
    """Sentences on one thing lead with their first; of genes, each of which is a thing of its own, none leads."""
    if len({t["table"] for t in told}) == 1 and told[0]["table"] == "genes.csv":
        return Answer(question, None, tuple(told))
    return Answer(question, told[0], tuple(told[1:]))


def _bar(verdict: Mapping[str, Any], tables: Tables) -> Drawing | None:
    """The share bar of what the verdict rests on; its table stands in the section of shares."""
    drawn = share_drawing(tables, str(verdict.get("readout") or ""), str(verdict.get("block") or ""))
    if drawn is None:
        return None
    return replace(drawn, listing=None, caption=" ".join(t for t in (IN_SHORT, drawn.caption) if t))


def _basis_text(verdict: Mapping[str, Any]) -> str:
    """What the verdict rests on, and why that readout."""
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    if not readout:
        return "No effect on mineral could be computed, so there is nothing to judge."
    rests = f"The verdict rests on {labels.readout(readout)}" + (f" and {block}." if block else ".")
    if verdict.get("basis") == "acellular_arm":
        told = "Wells without cells have no protein to divide by, so all effects are compared per well."
        return f"{rests} {told}"
    return rests
