"""How problems look on a terminal."""

import sys
from collections.abc import Iterable

from mgassay.problems import Problem


def problem_text(problem: Problem) -> str:
    """A problem as a few lines: severity and code, where, what and why, how to mend it."""
    where = ", ".join(part for part in (problem.file, problem.sheet, problem.place) if part)
    head = f"{problem.severity.upper()} {problem.code}" + (f"  {where}" if where else "")
    return f"{head}\n    {problem.message}\n    Mend: {problem.remedy}\n"


def print_problems(problems: Iterable[Problem]) -> None:
    """Writes problems to stderr, worst first."""
    order = ("error", "warning", "notice")
    for problem in sorted(problems, key=lambda p: order.index(p.severity)):
        sys.stderr.write(problem_text(problem))
