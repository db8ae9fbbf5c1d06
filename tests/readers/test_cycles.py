import numpy as np
import pytest

from mgassay.readers.cycles import cycle_number, cycles_reached, cycles_run
from mgassay.readers.sheets import Content, Sheet

NONE = np.array([np.nan])


def amplification(last):
    rows = [f"{well}\t{cycle}\t0.5" for well in (1, 2) for cycle in range(1, last + 1)]
    return "\n".join(["[Amplification Data]", "Well\tCycle\tRn", *rows, "[Results]", "Well\tCycle\n1\t99"])


def curved(text):
    """The rows of the amplification data."""
    section = text.partition("[Amplification Data]")[2].partition("[Results]")[0]
    return [line.split("\t") for line in section.splitlines() if line]


@pytest.mark.parametrize(
    ("text", "ends", "cq", "cycles"),
    [
        (amplification(40), [], NONE, 40),
        (amplification(40), [40.0], np.array([39.9]), 40),
        (amplification(40), [], np.array([41.2]), None),  # a Cq beyond the data: they were shortened
        (amplification(3), [39.0], NONE, None),
        ("* Cycles = 45\n" + amplification(40), [], NONE, 45),
        ("Number of cycles\t35\n\n[Results]\n", [], NONE, 35),
        ("[Results]\nWell\tCT\n1\t20\n", [], NONE, None),
    ],
)
def test_cycles_are_said_or_missing(text, ends, cq, cycles):
    assert cycles_run(Content("x", text=text), curved(text), ends, cq) == cycles


def test_cycles_of_a_workbook():
    sheet = Sheet("Amplification Data", (("Block Type", "96"), (), ("Well", "Cycle"), ("1", "1"), ("1", "40")))
    assert cycles_run(Content("x", workbook=(sheet,)), sheet.cells, [], NONE) == 40


def test_cycles_of_design_and_analysis():
    sheet = Sheet("Amplification Data", (("Well Position", "Cycle Number", "Rn"), ("A1", "1", "0"), ("A1", "45", "1")))
    assert cycles_run(Content("x", workbook=(sheet,)), sheet.cells, [], NONE) == 45


def test_curves_that_end_before_a_cq_were_shortened():
    assert cycles_reached(range(1, 41), [39.0], np.array([30.5])) == 40
    assert cycles_reached(range(1, 31), [], np.array([30.5])) is None
    assert cycles_reached([], [], NONE) is None


def test_numbers_of_any_length_are_no_cycles():
    nines = "9" * 5000
    assert cycles_run(Content("x", text=f"* Cycles = {nines}\n"), [], [], NONE) is None
    assert [cycle_number(t) for t in (nines, "0" * 5000 + "1", "007")] == [0, 0, 7]
