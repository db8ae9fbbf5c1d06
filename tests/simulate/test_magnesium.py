"""Free intracellular Mg2+ of the simulated culture wells."""

import math

import numpy as np
import pytest

from mgassay.simulate.biology import grow_culture
from mgassay.simulate.magnesium import intracellular_magnesium
from mgassay.simulate.truth import NOISELESS, Noise, Truth

QUIET = Truth(donors=2, noise=NOISELESS)
REFERENCES = ["ca_mg08", "scr_mg08", "apb_mg08", "si_mg08"]
RAISED = ["ca_mg20", "scr_mg20", "apb_mg20", "si_mg20"]


def measured(truth=QUIET, rho=0.3, seed=3):
    return intracellular_magnesium(grow_culture(truth, seed), truth, rho, seed)


def values(rows):
    return {(r["condition"], r["donor"], r["rep"]): r["value"] for r in rows}


@pytest.mark.parametrize(
    ("rho", "blocked"),
    [
        (0.0, 0.6),  # a complete block: nothing enters
        (0.3, 0.6664),  # 0.6 · exp(0.3 · 0.35) = 0.6 · 1.110711
    ],
)
def test_without_noise_the_values_are_0_6_mM_and_what_enters(rho, blocked):
    found = values(measured(rho=rho))
    entered = 0.8514  # 0.6 · exp(0.35) = 0.6 · 1.419068, printed to 0.0001
    expected = dict.fromkeys(REFERENCES, 0.6) | {"ca_mg20": entered, "scr_mg20": entered}
    expected |= {"apb_mg20": blocked, "si_mg20": blocked}
    assert found == {(c, d, r): v for c, v in expected.items() for d in ("D1", "D2") for r in ("1", "2", "3")}


def test_the_rows_are_a_table_that_the_reader_takes():
    rows = measured()
    assert [list(r) for r in rows] == [["condition", "donor", "rep", "value", "unit"]] * 48  # 8 arms · 2 donors · 3
    assert {r["unit"] for r in rows} == {"mM"}
    assert [(r["donor"], r["condition"], r["rep"]) for r in rows] == [
        (d, c, k) for d in ("D1", "D2") for c in (*REFERENCES, *RAISED) for k in ("1", "2", "3")
    ]


def test_one_seed_gives_one_set_of_values():
    noisy = Truth(donors=2)
    assert measured(noisy, seed=5) == measured(noisy, seed=5)
    assert measured(noisy, seed=5) != measured(noisy, seed=6)


@pytest.mark.parametrize(
    ("noise", "levels"),
    [("mg_donor", 3), ("mg_arm", 3 * 4), ("mg_rep", 3 * 4 * 3)],  # of 3 donors, of their 4 arms, of the 3 reps of each
)
def test_each_noise_acts_on_its_own_floor(noise, levels):
    quiet = {"donors": 3, "noise": Noise(**{**vars(NOISELESS), noise: 0.2})}
    found = values(measured(Truth(**quiet)))
    at = np.array([[[found[c, f"D{d}", str(r)] for r in (1, 2, 3)] for c in REFERENCES] for d in (1, 2, 3)])
    own = {"mg_donor": at[:, 0, 0], "mg_arm": at[:, :, 0], "mg_rep": at}[noise]
    assert len(np.unique(own)) == len(np.unique(at)) == levels


def test_the_noise_of_a_rep_has_the_size_that_is_asked_for():
    # 99 donors · 8 arms · 3 reps = 2376 logs of SD 0.04: their SD has a standard error of 0.04/√4752 = 0.0006
    truth = Truth(donors=99, noise=Noise(**{**vars(NOISELESS), "mg_rep": 0.04}))
    rise = {c: 0.0 for c in REFERENCES} | dict(zip(RAISED, (0.35, 0.35, 0.105, 0.105), strict=True))
    logs = [math.log(v / 0.6) - rise[c] for (c, _, _), v in values(measured(truth)).items()]
    assert np.std(logs) == pytest.approx(0.04, abs=0.0024)
    assert np.mean(logs) == pytest.approx(0.0, abs=0.0033)  # 4 · 0.04/√2376
