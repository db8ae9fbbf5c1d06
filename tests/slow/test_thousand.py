"""One broken experiment among a thousand: it alone is run and named, and the index still holds all the others."""

from pathlib import Path

import pytest
from tests.workflow.conftest import Lab, errors_of

from bench import bench_scale
from bench.twin import EDGES, name_of
from mgassay import store, tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

SIZE, BROKEN = 1000, 617


@pytest.fixture(scope="module")
def thousand(tmp_path_factory) -> Lab:
    """999 experiments with their results, all hard links to one that was run, and one whose calcium plate is empty."""
    made: Path = tmp_path_factory.mktemp("thousand")
    source = bench_scale.one_experiment(made / "plain", images=False)
    ran = bench_scale.lay_out_many(made / "ran", source, 1)
    bench_scale.cost_of(bench_scale.RUN, ran)
    lab = bench_scale.lay_out_many(made / "lab", source, SIZE)
    for i in set(range(SIZE)) - {BROKEN}:
        bench_scale.pretend_run(lab, ran, name_of(i))
    plate = lab / "experiments" / name_of(BROKEN) / "raw" / "calcium_D1.txt"
    plate.unlink()  # a link: the file of the others stays
    plate.write_bytes(b"\x00" * 100)
    return Lab(lab)


def test_one_broken_experiment_of_a_thousand(thousand):
    broken = name_of(BROKEN)
    kept = {p: p.stat().st_ino for p in thousand.results.glob("exp*/tables/*.csv")}
    assert len(kept) > 20 * (SIZE - 1)
    jobs = thousand.jobs()
    assert {jobs[rule] for rule in EDGES} == {1}, "of a thousand, the broken one alone"
    done = thousand.snakemake("--cores", "2")
    assert done.returncode == 1
    assert f"To mend before the numbers can be trusted: {broken}" in done.stdout + done.stderr
    assert list(errors_of(thousand.results / broken)["code"]) == ["MG108"]
    assert (thousand.results / broken / "report.html").is_file()
    summary = store.read_table(thousand.results, tables.SUMMARY)
    assert len(summary) == SIZE
    assert list(summary.loc[summary["grade"] == "", "experiment"]) == [broken]
    page = (thousand.results / "index.html").read_text()
    assert all(f'href="{name_of(i)}/report.html"' in page for i in range(SIZE))
    assert {p: p.stat().st_ino for p in kept} == kept
