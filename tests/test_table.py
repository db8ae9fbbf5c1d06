"""The doors keep the types: what is missing, what is refused."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.errors import ContractError
from mgassay.table import table


def test_text_is_never_missing_and_never_a_number():
    given = [{"condition": "NA", "donor": None}, {"condition": "None", "donor": math.nan}, {"condition": "1"}]
    means = tables.MEANS.frame(given)
    assert list(means["condition"]) == ["NA", "None", "1"]
    assert list(means["donor"]) == ["", "", ""]
    assert all(type(v) is str for v in means["condition"])


def test_numbers_keep_every_digit_and_missing_is_nan():
    means = tables.MEANS.frame([{"log_mean": 0.1 + 0.2}, {"log_mean": None}, {"log_mean": ""}])
    assert means["log_mean"][0] == 0.1 + 0.2
    assert means["log_mean"].isna().tolist() == [False, True, True]


def test_integers_may_be_missing_and_stay_integers():
    means = tables.MEANS.frame([{"n_reps": 3}, {"n_reps": None}])
    assert str(means["n_reps"].dtype) == "Int64"
    assert means["n_reps"][0] == 3
    assert means["n_reps"][1] is pd.NA


def test_a_column_that_is_not_of_the_state_is_our_bug():
    with pytest.raises(ContractError, match=r"means has no column \['mean'\]"):
        tables.MEANS.frame([{"mean": 1.0}])


def test_a_fraction_is_not_taken_for_an_integer():
    with pytest.raises((ValueError, TypeError)):
        tables.MEANS.frame([{"n_reps": 2.5}])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.drop(columns="flag"),
        lambda t: t.assign(more=1),
        lambda t: t[list(reversed(t.columns))],
        lambda t: t.astype({"log_mean": "str"}),
        lambda t: t.assign(n_reps=t["n_reps"].astype("float64")),
    ],
)
def test_check_refuses_another_order_column_or_type(spoil):
    good = tables.MEANS.frame([{"readout": "calcium", "log_mean": 1.0, "n_reps": 3}])
    assert tables.MEANS.check(good) is good
    with pytest.raises(ContractError, match="means"):
        tables.MEANS.check(spoil(good))


def test_the_given_frame_is_left_alone():
    given = pd.DataFrame({"donor": ["D1", None], "log_mean": ["", 2.0]}, index=[7, 3])
    before = given.copy(deep=True)
    made = tables.MEANS.frame(given)
    pd.testing.assert_frame_equal(given, before)
    assert list(made.index) == [0, 1]
    made.loc[0, "donor"] = "changed"
    assert given["donor"].iloc[0] == "D1"


def test_rows_may_come_from_a_generator():
    assert list(tables.MEANS.frame({"donor": d} for d in ("D1", "D2"))["donor"]) == ["D1", "D2"]


def test_numpy_values_are_taken():
    row = {"log_mean": np.float64(1.5), "n_reps": np.int64(2), "donor": np.str_("D1")}
    made = tables.MEANS.check(tables.MEANS.frame([row]))
    assert made[["log_mean", "n_reps", "donor"]].iloc[0].tolist() == [1.5, 2, "D1"]


def test_roles_are_the_contracts():
    assert set(tables.WELL_ROLES) == set("sample standard blank mg_control ntc nrt empty excluded".split())


def test_names_and_order_of_a_table_must_agree():
    made = table("t", text="a", number="b", order="b, a")
    assert list(made.columns.items()) == [("b", "number"), ("a", "text")]
    with pytest.raises(ContractError, match=r"t: \['c'\]"):
        table("t", text="a c", order="a")
