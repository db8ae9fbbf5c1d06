"""How problems look on a terminal."""

import sys
from collections.abc import Iterable

from mgassay.problems import SEVERITIES, Problem, Problems, place_in_words


def problem_text(problem: Problem) -> str:
    """A problem as a few lines: severity and code, where, what and why, how to mend it."""
    place = place_in_words(problem.code, problem.place)
    where = ", ".join(part for part in (problem.file, problem.sheet, place) if part)
    head = f"{problem.severity.upper()} {problem.code}" + (f"  {where}" if where else "")
    return f"{head}\n    {problem.message}\n    Mend: {problem.remedy}\n"


def print_problems(problems: Iterable[Problem]) -> None:
    """Writes problems to stderr, worst last, where a terminal stops scrolling."""
    for problem in sorted(problems, key=lambda p: -SEVERITIES.index(p.severity)):
        sys.stderr.write(problem_text(problem))


def counted(problems: Problems) -> str:
    """How many problems of each severity, in words.

    >>> counted(Problems())
    '0 errors, 0 warnings, 0 notices'
    """
    counts = [(problems.count(severity), severity) for severity in SEVERITIES]
    return ", ".join(f"{n} {severity}{'' if n == 1 else 's'}" for n, severity in counts)
