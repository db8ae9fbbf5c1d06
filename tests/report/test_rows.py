import dataclasses
import io

import pandas as pd
import pytest

from mgassay import store, tables
from mgassay.effects.verdict.address import key_of
from mgassay.report.rows import Tables, donors_column, tables_of


@pytest.mark.parametrize("name", ["effects", "shares", "genes", "checks"])
def test_a_key_is_spelled_as_in_the_csv_and_finds_one_row(name, held, tmp_path):
    store.write_table(tmp_path, tables.BY_NAME[name], held[name])
    text = pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False)
    written = list(text[list(tables.KEYS[name])].agg("|".join, axis=1))
    assert [key_of(name, r) for r in held.rows(name)] == written
    assert len(set(written)) == len(written)


def test_the_last_day_and_the_step_asked_for_are_primary(hand):
    row = hand.effect("siTRPM7", "total", 1.0, 0.5, 1.5, 0.01, 4)
    last = {**row, "day": "day 10"}
    rows = [{**row, "day": "day 3"}, last, {**last, "mg_raised_mM": 1.4}, {**last, "step": "AngII"}]
    experiment = hand.make_experiment()
    days = experiment.conditions.assign(day=["day 3", "day 10"] * 5 + [""])
    made = {"effects": tables.EFFECTS.frame(rows)}
    held = tables_of(dataclasses.replace(experiment, conditions=days), made)
    found = held.primary("effects")
    assert [(r["day"], r["mg_raised_mM"], r["step"]) for r in found] == [("day 10", 2.0, "Mg")]
    assert held.first("effects", contrast="blocked") is None
    assert len(held.rows("effects")) == 4


def test_a_table_that_was_not_made_is_empty():
    assert Tables({}, 0.8, 2.0)["shares"].empty


def test_donors_come_in_order_of_number():
    table = pd.read_csv(io.StringIO("donor\nD10\nD2\nrun1\nD1\n"))
    assert donors_column(table) == ["D1", "D2", "D10", "run1"]
