"""Pairs of conditions that differ in one treatment, and differences by donor."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.qpcr.treatments import Treatment, donor_means, donor_shift, treatments_of
from mgassay.experiment import Contrast, Experiment, Settings

MG = Treatment("Mg", "ca20", "ca08")


def experiment(*conditions):
    """Conditions as (name, mg, columns)."""
    usual = {"medium": "calcifying", "inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none"}
    rows = [{**usual, "modulator": "none", "condition": c, "mg_mM": mg, **more} for c, mg, more in conditions]
    settings = Settings(contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0))
    return Experiment("demo", settings, tables.CONDITIONS.frame(rows), ())


def values(**by_condition):
    """Condition, donor and value from lists over donors D1, D2, …"""
    rows = [(c, f"D{i}", v) for c, held in by_condition.items() for i, v in enumerate(held, 1)]
    return pd.DataFrame(rows, columns=["condition", "donor", "value"])


def test_each_treatment_alone():
    apb = {"inhibitor": "2-APB"}
    found = treatments_of(
        experiment(
            ("control", 0.8, {"medium": "control"}),
            ("ca08", 0.8, {}),
            ("ca20", 2.0, {}),
            ("apb08", 0.8, apb),
            ("apb20", 2.0, apb),
        )
    )
    assert [t.subject for t in found] == [
        "Mg: ca20 / ca08",
        "Mg under 2-APB: apb20 / apb08",
        "2-APB: apb08 / ca08",
        "calcification: ca08 / control",
    ]


def test_a_control_that_differs_in_more_than_its_medium_is_none():
    scramble, silenced = {"sirna": "scramble"}, {"sirna": "TRPM7"}
    arms = [("scr08", 0.8, scramble), ("scr20", 2.0, scramble), ("si08", 0.8, silenced)]
    found = treatments_of(experiment(("control", 0.8, {"medium": "control"}), *arms))
    assert [t.subject for t in found] == ["Mg: scr20 / scr08", "siTRPM7: si08 / scr08"]
    found = treatments_of(experiment(("control", 0.8, {"medium": "control", "sirna": "scramble"}), *arms))
    assert "calcification: scr08 / control" in [t.subject for t in found]


def test_the_mean_over_donors_is_a_paired_t_test():
    treated, untreated = [1.5, 2.75, 3.0, 9.0], [1.0, 2.0, 3.5, np.nan]
    found = donor_shift(donor_means(values(ca20=treated, ca08=untreated)), MG)
    wanted = stats.ttest_rel(treated[:3], untreated[:3])
    low, high = wanted.confidence_interval(0.95)
    assert found.donors == ("D1", "D2", "D3")
    assert (found.mean, found.ci_low, found.ci_high) == pytest.approx((0.25, low, high))
    assert found.p == pytest.approx(wanted.pvalue)
    assert found.flag == ""


def test_n_counts_donors_not_reps():
    twice = pd.concat([values(ca20=[1.0, 2.0], ca08=[0.0, 0.0]), values(ca20=[3.0, 2.0])])
    found = donor_shift(donor_means(twice), MG)
    assert found.values.tolist() == [2.0, 2.0]  # D1: mean of 1 and 3
    assert (found.ci_low, found.p) == (2.0, 0.0)


def test_one_donor_has_no_interval_and_none_no_shift():
    found = donor_shift(donor_means(values(ca20=[1.0], ca08=[0.5])), MG)
    assert (found.mean, found.flag) == (0.5, "few_donors")
    assert np.isnan([found.ci_low, found.ci_high, found.p]).all()
    assert donor_shift(donor_means(values(ca20=[1.0])), MG) is None
    assert donor_shift(donor_means(values(ca20=[1.0, np.nan], ca08=[np.nan, 1.0])), MG) is None


def test_donors_without_any_difference():
    found = donor_shift(donor_means(values(ca20=[1.0, 2.0], ca08=[1.0, 2.0])), MG)
    assert (found.mean, found.ci_low, found.ci_high) == (0.0, 0.0, 0.0)
    assert np.isnan(found.p)
