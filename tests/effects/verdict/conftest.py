"""Log means of blocks with a known T and share, and the verdict on them."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.checks import check_rows, checks_from_rows
from mgassay.effects.verdict.verdict import verdict_from_tables


def checks_from_means(experiment, means):
    """CHECKS of every mineral readout and block, all wells counted."""
    return checks_from_rows(check_rows(experiment, means))


NOISE = np.array([-0.06, 0.03, 0.05, -0.02])
SI, APB, NONE = ("scr", "si"), ("ca", "apb"), ("ca", "")
ACELLULAR = {"acell_08": 1 + NOISE, "acell_20": 0.8 - NOISE[::-1]}
MG = {"scr_08": NOISE / 4, "scr_20": 0.5 - NOISE / 4, "si_08": -NOISE / 4, "si_20": 0.1 + NOISE / 4}


def arms(pair, total=1.2, share=0.8, main=0.0):
    """Log means of four donors in the live arms of a block."""
    intact, blocked = pair
    y = {f"{intact}_08": 3 + NOISE, f"{intact}_20": 3 - total - NOISE}
    low = {f"{blocked}_08": 3 + main - NOISE[::-1], f"{blocked}_20": 3 + main - total * (1 - share) + NOISE / 2}
    return {**y, **(low if blocked else {})}


def of_means(experiment, means):
    """FACTS and verdict of means."""
    found = (f(experiment, means) for f in (effects_from_means, shares_from_means, checks_from_means))
    facts, verdict = verdict_from_tables(experiment, means, *found)
    json.dumps(verdict, allow_nan=False)  # plain values only
    return tables.FACTS.check(facts), verdict


def verdict_of(experiment, means):
    """The verdict on means."""
    return of_means(experiment, means)[1]


def experiment_of(lab, values):
    """The experiment with the conditions of these means."""
    names = {c for by in values.values() for c in by}
    rows = [c for c in lab.sirna_conditions() if c["condition"] in names]
    levels = (("08", 0.8), ("20", 2.0))
    rows += [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i in (("ca", "none"), ("apb", "2-APB"))
             for m, mg in levels if f"{n}_{m}" in names]  # fmt: skip
    return lab.experiment(rows)


def flagged_means(lab, values, flags=()):
    """MEANS of values, with flags by (readout, condition)."""
    means = lab.means(values)
    flagged = [dict(flags).get((r, c), "") for r, c in zip(means["readout"], means["condition"], strict=True)]
    return tables.MEANS.frame(means.assign(flag=flagged))


@pytest.fixture
def judged(lab):
    """Readout -> condition -> log means (and flags by readout and condition) -> verdict."""

    def verdict(values, flags=()):
        return of_means(experiment_of(lab, values), flagged_means(lab, values, flags))[1]

    return verdict


@pytest.fixture
def room():
    """The makers of this file."""
    return SimpleNamespace(**{k: v for k, v in globals().items() if not k.startswith("_")})
