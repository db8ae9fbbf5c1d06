"""Two hundred simulated experiments of the demo's design: how often do the intervals of the shares hold the truth?

The whole chain is run on the files (reading, curves, images, Cq, effects), only Snakemake and the report are left out.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SEEDS = range(1, 201)


def intervals_that_hold(seed: int) -> tuple[int, int]:
    """How many of an experiment's share intervals hold the truth, and how many there are."""
    from mgassay import store
    from mgassay.assays.amounts import tables_from_wells
    from mgassay.assays.images.alizarin import measure_experiment
    from mgassay.assays.images.image_tables import tables_from_measured
    from mgassay.effects.conclusions import conclusions_from_amounts
    from mgassay.problems import Problems
    from mgassay.readers.folder import read_experiment
    from mgassay.readers.images.pictures import open_named
    from mgassay.readers.reading import read_folder
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth, shares_from_truth

    truth, problems = Truth(rho=0.3, image_size=(256, 192)), Problems()  # with Mg_i measured: the corrected share too
    with TemporaryDirectory() as made:
        folder = Path(made) / "simulated"
        for name, content in simulate_experiment(truth, seed, "simulated").items():
            store.write_bytes(folder / name, content)
        experiment = read_experiment(folder, problems)
        held = read_folder(folder, experiment, problems).tables
        measured = measure_experiment(experiment, held["image_files"], partial(open_named, folder), problems)
        held["images"] = tables_from_measured(experiment, list(measured), problems)["images"]
    amounts = tables_from_wells(experiment, held, problems)["amounts"]
    shares = conclusions_from_amounts(experiment, amounts, problems)[0]["shares"]
    rows = [r for r in shares.itertuples() if r.method == "fieller_donor"]
    return sum(holds(r, shares_from_truth(truth, r.block, r.scale)[r.share]) for r in rows), len(rows)


def holds(row, true: float) -> bool:
    if row.interval == "bounded":
        return row.ci_low <= true <= row.ci_high
    return row.interval == "unbounded" or true <= row.ci_low or true >= row.ci_high


@pytest.mark.slow
def test_at_least_93_percent_of_the_intervals_hold_the_truth():
    with ProcessPoolExecutor(2) as pool:
        counts = list(pool.map(intervals_that_hold, SEEDS))
    held, all_of_them = (sum(c) for c in zip(*counts, strict=True))
    assert all_of_them >= 200 * 20
    assert held / all_of_them >= 0.93
