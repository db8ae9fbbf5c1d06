"""An experiment with two comparators beside raised Mg, intact and under 2-APB, and genes that follow its mineral."""

from types import SimpleNamespace

import numpy as np
import pytest

# The columns of every array here: raised Mg, reference Mg, pyrophosphate, fetuin-A.
CONDITIONS = ("ca_20", "ca_08", "ppi", "fetuin")
NAMES = ("pyrophosphate", "fetuin-A")


def beside(**values):
    """Condition -> log means of donors D1, D2, ... from arrays of shape (donors, arms) by readout."""
    return {r: {c: v[:, i] for i, c in enumerate(CONDITIONS[: v.shape[1]])} for r, v in values.items()}


@pytest.fixture(scope="session")
def two(lab):
    """The conditions, and means of a gene (log2) and calcium (natural log) in them."""
    plain = [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    others = [lab.condition(c, 0.8, comparator=n) for c, n in zip(CONDITIONS[2:], NAMES, strict=True)]

    def means(mineral, **genes):
        readouts = {f"gene:{g}": np.asarray(v, dtype=float) * np.log(2) for g, v in genes.items()}
        return lab.means(beside(calcium=np.asarray(mineral, dtype=float), **readouts))

    return SimpleNamespace(experiment=lab.experiment([*plain, *others]), rows=[*plain, *others], means=means)
