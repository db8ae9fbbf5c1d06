"""Faults that are put in, by hand; that a fault is noticed where a test looks, and only there."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from tests.conftest import ROOT

from bench import mutants, survivors

SOURCE = '''\
"""A module."""

LEAST = 3


def f(x: int | None, more: list[int] = []) -> float | None:
    """Has 1 + 1 in words, which is no fault."""
    if x is None or x < LEAST:
        raise ValueError(f"{x + 1} is too few")
    return -x * 0.5 + max(more)
'''


def test_every_fault_of_a_source_by_hand():
    found = [f.after for f in mutants.faults_of("m", SOURCE)]
    assert found == [
        "3  ->  4",
        "x is None or x < LEAST  ->  x is None and x < LEAST",
        "x is None  ->  x is not None",
        "x < LEAST  ->  x <= LEAST",
        "-x * 0.5 + max(more)  ->  -x * 0.5 - max(more)",
        "-x * 0.5  ->  -x / 0.5",
        "-x  ->  +x",
        "0.5  ->  0.55",
        "max  ->  min",
    ]
    for i, after in enumerate(found):
        assert mutants.mutated(SOURCE, i).count(after.partition("  ->  ")[2]) >= 1


def test_the_sample_is_the_same_in_every_run_and_of_modules_that_are_there():
    modules = mutants.modules_in(mutants.SAMPLE)
    assert "effects/estimators/fieller" in modules
    assert len(modules) > 40
    once, again = (mutants.some_of("effects/estimators/fieller", 4) for _ in range(2))
    assert once == again
    assert len(once) == 4
    assert set(once) < set(mutants.some_of("effects/estimators/fieller", None))


def test_of_two_faults_that_read_the_same_each_has_its_number():
    twice = list(mutants.faults_of("m", "x = a[1] + b[1]\n"))
    assert [(f.after, f.nth) for f in twice] == [("a[1] + b[1]  ->  a[1] - b[1]", 1), ("1  ->  2", 1), ("1  ->  2", 2)]


def test_every_survivor_that_is_listed_is_a_fault_of_the_code_as_it_stands_and_is_judged():
    """A line that was changed since has to be tried again: make mutants MODULE=... says whether it still survives."""
    rows = survivors.rows()
    assert len(rows) > 100
    modules = {r["module"] for r in rows}
    known = {f.key for module in modules for f in mutants.some_of(module, None)}
    assert [key for key in survivors.judged() if key not in known] == []
    assert len(survivors.judged()) == len(rows)
    assert {r["kind"] for r in rows} <= set(survivors.KINDS)
    assert [r for r in rows if len(r["why"].split()) < 3] == []


def test_a_survivor_that_is_not_listed_is_told():
    first, second = (replace(f, fate="survived") for f in list(mutants.faults_of("m", SOURCE))[:2])
    noticed = replace(first, nth=2, fate="mirror")
    assert mutants.unjudged([first, second, noticed], {first.key: "the same number"}) == [second]


@pytest.mark.slow
def test_a_fault_is_noticed_where_it_changes_a_number():
    """Fieller's discriminant with a wrong sign; in a process of its own, as a run does it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.mutants", "effects/estimators/fieller", "--each", "6"],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    faults, noticed = map(int, re.findall(r"(\d+) faults, (\d+) noticed", done.stdout)[0])
    assert faults == 6
    assert noticed >= 5
