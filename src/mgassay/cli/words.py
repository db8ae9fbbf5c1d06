"""How problems and colours look on a terminal."""

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from mgassay.problems import SEVERITIES, Problem, Problems, count, place_in_words, visible

_COLOURS = {"error": "1;31", "warning": "33", "notice": "2", "good": "32", "bold": "1"}  # of ANSI terminals


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at this stream, on a terminal that can rewrite a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def coloured(text: str, kind: str, stream: TextIO) -> str:
    """The text in the colour of its kind; as it is where nobody looks, or NO_COLOR is set (no-color.org).

    `kind` is a severity, `good` or `bold`; raises KeyError for another.
    """
    code = _COLOURS[kind]
    if os.environ.get("NO_COLOR") or not is_terminal(stream):
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def problem_text(problem: Problem, stream: TextIO | None = None) -> str:
    """A problem as a few lines: severity and code, where, what and why, how to mend it."""
    place = place_in_words(problem.code, problem.place)
    where = ", ".join(part for part in (problem.file, problem.sheet, place) if part)
    head = f"{problem.severity.upper()} {problem.code}"
    told = head if stream is None else coloured(head, problem.severity, stream)
    said = f"{f'  {where}' if where else ''}\n    {problem.message}\n    Mend: {problem.remedy}\n"
    return told + visible(said)


def print_problems(problems: Iterable[Problem]) -> None:
    """Writes problems to stderr, worst last, where a terminal stops scrolling."""
    for problem in sorted(problems, key=lambda p: -SEVERITIES.index(p.severity)):
        sys.stderr.write(problem_text(problem, sys.stderr))


def counted(problems: Problems) -> str:
    """How many problems of each severity, in words.

    >>> counted(Problems())
    '0 errors, 0 warnings, 0 notices'
    """
    return ", ".join(count(problems.count(severity), severity) for severity in SEVERITIES)
