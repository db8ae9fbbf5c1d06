"""Faults that are put in, by hand; that a fault is noticed where a test looks, and only there."""

import re
import subprocess
import sys

import pytest
from tests.conftest import ROOT

from bench import mutants

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
