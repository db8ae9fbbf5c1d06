"""Standards of papers and programs (tests/reference), and a plate whose scatter is by hand."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[2] / "reference"
LEVELS = np.repeat([0.0, 5, 10, 25, 50, 100, 150], 3)
WOBBLE = np.tile([1.0, -1.2, 0.3], 7)


def read(name):
    return pd.read_csv(REFERENCE / name, comment="#")


DATA = pd.concat([read("curves_nist.csv"), read("curves_standards.csv")])


def standards(dataset):
    rows = DATA[DATA.dataset == dataset]
    return rows.x.to_numpy(float), rows.y.to_numpy(float)


def signals(x, *, bend=0.0, sd=0.004, power=0.0):
    return 0.06 + 0.01 * x + bend * x**2 + sd * WOBBLE * (np.maximum(x, 5) / 5) ** power


def curved(top=10.0, bend=-0.04):
    x = np.repeat([0.0, 1, 2, 4, 6, 8, top], 3)
    noise = np.tile([0.01, -0.012, 0.004], 7)
    return x, 0.05 + x + bend * x**2 + noise


@pytest.fixture(scope="session")
def plate():
    return SimpleNamespace(LEVELS=LEVELS, WOBBLE=WOBBLE, read=read, standards=standards, signals=signals, curved=curved)
