"""Thousands of experiments: their ids go to the verbs over all of them in a file, not on a command line."""

from mgassay import store, tables

MANY = 2200
LONGEST_ARGUMENT = 131072  # bytes, of one argument in Linux (MAX_ARG_STRLEN, 32 pages)


def test_the_gate_takes_more_ids_than_a_command_line_holds(lab):
    names = [f"experiment_{'x' * 47}_{i:05d}" for i in range(MANY)]  # 64 characters, the longest that is an id
    assert len(" ".join(names)) > LONGEST_ARGUMENT
    empty = tables.PROBLEMS.frame()
    for name in names:
        (lab.experiments / name).mkdir()
        store.write_table(lab.results / name / "tables", tables.PROBLEMS, empty)
        store.write_json(lab.results / name / "provenance.json", {})
    store.write_text(lab.results / "index.html", "as if it were made")
    done = lab.snakemake("results/.accepted", "--allowed-rules", "ids", "code", "gate")
    assert done.returncode == 0, done.stderr[-2000:]
    (ids,) = (lab.results / "logs" / "experiments").iterdir()
    assert ids.read_text().split("\n") == [*names, ""]
    assert f"results/{names[-1]}/report.html" in done.stdout.splitlines()
    left = lab.jobs("--allowed-rules", "ids", "code", "gate", "--", "results/.accepted")
    assert left == {}
