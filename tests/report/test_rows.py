import dataclasses
import io

import pandas as pd
import pytest

from mgassay import store, tables
from mgassay.effects.verdict.address import key_of
from mgassay.report.rows import Tables, donors_column, rows_equal, tables_of


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


def test_rows_hold_plain_values_and_keep_their_order(hand):
    row = hand.effect("siTRPM7", "total", 1.0, 0.5, 1.5, 0.01, 4)
    table = tables.EFFECTS.frame([row, {**row, "block": "2-APB", "n_donors": None}, {**row, "estimate": 2.0}])
    found = rows_equal(table, block="siTRPM7", contrast="total")
    assert [r["estimate"] for r in found] == [1.0, 2.0]
    assert {type(r["n_donors"]) for r in found} == {int}
    assert rows_equal(table, block="2-APB")[0]["n_donors"] is pd.NA


def test_reps_are_worked_out_once_and_need_an_experiment(hand):
    held = tables_of(hand.make_experiment(), {})
    assert held.reps is held.reps
    with pytest.raises(ValueError, match="need an experiment"):
        assert Tables({}, 0.8, 2.0).reps.empty
