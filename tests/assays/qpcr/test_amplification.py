"""Cycles run: from the export, the settings, or assumed."""

import pandas as pd

from mgassay.assays.qpcr.amplification import cycles_of_wells
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems


def plates(**settings):
    """Plates by name, each with its settings and the file `<plate>.txt`."""
    return {name: QpcrPlate(f"{name}.txt", QpcrSettings(**given)) for name, given in settings.items()}


def codes(problems):
    return [p.code for p in problems]


def cycled(given, **settings):
    """Cycles and whether they are assumed for wells given as (plate, cycles), and the problems."""
    problems = Problems()
    table = pd.DataFrame(given, columns=["plate", "cycles"]).astype({"plate": "str", "cycles": "Int64"})
    cycles, assumed = cycles_of_wells(table, plates(**settings), problems)
    return cycles.tolist(), assumed.tolist(), problems


def test_cycles_of_the_export_go_before_the_settings_and_those_before_40():
    given = [("P1", 45), ("P1", None), ("P2", None), ("P3", None)]
    cycles, assumed, problems = cycled(given, P1={"cycles": 50}, P2={"cycles": 35}, P3={})
    assert cycles == [45, 45, 35, 40]
    assert assumed == [False, False, False, True]
    assert [(p.code, p.severity, p.file) for p in problems] == [
        ("MG527", "notice", "P1.txt"),
        ("MG501", "notice", "P3.txt"),
    ]


def test_a_silent_well_of_a_plate_that_says_two_things_takes_the_shorter_run():
    # without a Cq its quantity lies below 2^-40 whichever run it was in; 2^-45 would be claimed too much
    assert cycled([("P1", 45), ("P1", 40), ("P1", None)], P1={})[:2] == ([45, 40, 40], [False] * 3)


def test_settings_that_agree_with_the_export_need_no_word():
    assert codes(cycled([("P1", 40)], P1={"cycles": 40})[2]) == []


def test_no_wells_no_cycles():
    cycles, assumed, problems = cycled([])
    assert (cycles, assumed, len(problems)) == ([], [], 0)
