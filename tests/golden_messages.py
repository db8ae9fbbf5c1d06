"""Golden messages: what a lab reads of each problem, kept word for word with the test that provokes it.

`tests/reference/messages.toml` holds for every code of the catalogue the facts of one real case, and the words that
they make. Two things hold it true: test_golden_messages.py fills the catalogue with the facts and compares; whenever
a test that the file names runs, the problem must come out of it as it stands there, fact by fact (conftest.py).

`make messages` writes the words anew after the catalogue was changed; read the difference before you commit it.
`pytest --record-messages FILES` takes in codes that are not there yet, from the tests in these files that provoke them.
Neither loses a code that the catalogue still has.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

import mgassay
from mgassay.errors import CalibrationError, ContractError, UnreadableError
from mgassay.problems import Problem, Problems, catalogue

PAGE = Path(__file__).parent / "reference" / "messages.toml"
WHERE = ("file", "sheet", "place", "seen")
SOURCE = Path(mgassay.__file__).parent
OF_THE_CALLER = {"file": "raw/plate_1.txt", "plate": "plate_1", "place": "B3"}
HEAD = """\
# What a lab reads of each problem: the facts of one case, and the words that they make (tests/golden_messages.py).
# The case is provoked by the test that is named. Words are written by `make messages`; read what changed.
"""
_PASSING = re.compile(r"/(tmp|private|var)/|pytest-|0x[0-9a-f]{6}|Errno|e-\d\d|\{")  # of one run, or of no lab


def golden() -> dict[str, dict]:
    """The golden cases by code."""
    return tomllib.loads(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else {}


def problem_of(code: str, facts: dict[str, str]) -> Problem:
    """The problem that these facts make by the catalogue as it is."""
    (problem,) = _added(code, facts)
    return problem


def words_of(problem: Problem) -> dict[str, str]:
    """What a lab reads of it."""
    kind = catalogue()[problem.code]
    return {"severity": kind.severity, "title": kind.title, "message": problem.message, "remedy": problem.remedy}


def written(cases: dict[str, dict]) -> str:
    """The file of these cases, by code."""
    return HEAD + "".join(_entry(code, case) for code, case in sorted(cases.items()))


def merged(cases: dict[str, dict], recorded: dict[str, list]) -> dict[str, dict]:
    """The cases with their words anew, and with the best recorded one of each code that is not there yet.

    A case whose facts no longer fill the catalogue's words is taken anew, and kept as it is where none was recorded.
    """
    kept = {code: case for code, case in cases.items() if code in catalogue()}
    found = {code: min(seen, key=_oddness) for code, seen in recorded.items() if code in catalogue()}
    both = {code: {"test": test, "facts": facts} for code, (test, facts) in found.items()} | {
        code: case for code, case in kept.items() if code not in found or _fills(code, case["facts"])
    }
    return {
        code: {**case, **(words_of(problem_of(code, case["facts"])) if _fills(code, case["facts"]) else {})}
        for code, case in both.items()
    }


def listen(monkeypatch) -> list[tuple[str, dict[str, str]]]:
    """A list that fills with the code and the facts of every problem that is told, or raised to be told by a caller."""
    told: list[tuple[str, dict[str, str]]] = []

    def listening(kind: type, name: str) -> None:
        was = getattr(kind, name)

        def noted(self, code, **facts):
            was(self, code, **facts)
            if Path(sys._getframe(1).f_code.co_filename).is_relative_to(SOURCE):
                told.append((code, {k: str(v) for k, v in facts.items() if str(v) or k not in WHERE}))

        monkeypatch.setattr(kind, name, noted)

    listening(Problems, "add")
    listening(UnreadableError, "__init__")
    listening(CalibrationError, "__init__")
    return told


def came(code: str, facts: dict[str, str], told: list[tuple[str, dict[str, str]]]) -> bool:
    """Whether the problem was told with these facts; a caller adds file and plate to what was raised."""
    return any(
        code == other
        and all(facts.get(k) == v for k, v in seen.items())
        and set(facts) - set(seen) <= set(OF_THE_CALLER)
        for other, seen in told
    )


def keep(recorded: dict[str, list], test: str, told: list[tuple[str, dict[str, str]]]) -> None:
    """Adds what was told in a test to the cases that may be taken."""
    for code, facts in told:
        if code in catalogue() and recordable(facts):
            words = catalogue()[code].message + catalogue()[code].remedy
            added = {k: v for k, v in OF_THE_CALLER.items() if k not in facts and f"{{{k}}}" in words}
            recorded.setdefault(code, []).append((test, added | facts))


def recordable(facts: dict[str, str]) -> bool:
    """Whether a case is the same in every run."""
    return not _PASSING.search(" ".join(facts.values()))


def _fills(code: str, facts: dict[str, str]) -> bool:
    """Whether the facts fill the catalogue's words."""
    try:
        problem_of(code, facts)
    except ContractError:
        return False
    return True


def _added(code: str, facts: dict[str, str]) -> Problems:
    """A list with that problem."""
    problems = Problems()
    problems.add(code, **facts)
    return problems


def _oddness(case: tuple[str, dict[str, str]]) -> tuple:
    """Which recorded case reads most like one of a lab: it says where, in few words; then the name of its test."""
    test, facts = case
    short = any(
        re.fullmatch(r"[A-Za-z]?", value) for name, value in facts.items() if name not in ("file", "sheet", "place")
    )
    return ("file" not in facts, short, "[" in test, len(test), test, json.dumps(facts, sort_keys=True))


def _entry(code: str, case: dict) -> str:
    """One case as TOML; JSON's strings are TOML's."""
    lines = [f"\n[{code}]"]
    for key in ("test", "severity", "title", "message", "remedy"):
        lines.append(f"{key} = {json.dumps(case[key], ensure_ascii=False)}")
    facts = {k: v for k, v in case["facts"].items() if v or k not in WHERE}
    inside = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in sorted(facts.items()))
    return "\n".join([*lines, f"facts = {{ {inside} }}" if inside else "facts = {}"]) + "\n"
