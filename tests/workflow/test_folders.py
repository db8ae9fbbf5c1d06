"""Which folders the workflow takes for experiments and for results, and which it refuses before anything is written."""

import os

import pytest
from tests.workflow.conftest import Lab

pytestmark = pytest.mark.xdist_group("finished")


def refused(lab: Lab, *config: str) -> str:
    """What is said of a setting that is refused."""
    done = lab.snakemake("--cores", "1", "--config", *config)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "results", ["experiments", "experiments/", "experiments/made", "./experiments/x/y", "link/made"]
)
def test_results_among_raw_data_are_refused_before_a_file_is_touched(lab, small_experiment, results):
    """export/ of a folder of results loses what an earlier run made, and with results here that would be raw files."""
    raw = lab.add("exp-01", small_experiment) / "export" / "run1.rdml"
    raw.parent.mkdir()
    raw.write_text("raw")
    (lab.folder / "link").symlink_to("experiments")
    before = sorted(lab.experiments.rglob("*"))
    assert f"results: '{results.rstrip('/')}' lies in 'experiments'" in refused(lab, f"results={results}")
    assert sorted(lab.experiments.rglob("*")) == before


def test_a_folder_beside_with_a_name_that_begins_alike_is_another(lab, small_experiment):
    lab.add("exp-01", small_experiment)
    assert lab.jobs("--config", "results=experiments-made")["read"] == 1


def test_one_experiment_in_the_place_of_their_folder_is_refused_with_what_to_type(lab, small_experiment):
    one = lab.add("exp 01".replace(" ", "-"), small_experiment)
    said = refused(lab, "experiments=experiments/exp-01")
    assert f"--config experiments={lab.experiments} only=exp-01" in said
    (one / "experiment.toml").rename(one / "kept.toml")
    (one / "experiment.xlsx").touch()
    assert "is one experiment" in refused(lab, "experiments=experiments/exp-01")


def test_names_of_digits_are_names(lab, small_experiment):
    """Snakemake hands them over as numbers, of which 2024_11 and 007 are others than were typed."""
    for name in ("007", "2024"):
        lab.add(name, small_experiment)
    assert lab.jobs("--config", "only=2024")["read"] == lab.jobs("--config", "only=007")["read"] == 1
    for key in ("experiments", "results"):
        assert f"{key}: Snakemake reads this name as the number 202411. Write ./" in refused(lab, f"{key}=2024_11")
    assert lab.jobs("--config", "results=./2024_11")["read"] == 2
    lab.add("0007", small_experiment)
    assert "there is no experiment '7'" in refused(lab, "only=7")


def test_results_beside_the_one_experiment_that_is_run_are_fine(lab, small_experiment):
    """`mgassay init first` and `mgassay run first`, typed in the same folder; among its raw data they are not."""
    lab.add("first", small_experiment)
    assert lab.jobs("--config", "only=first", "results=experiments/results")["read"] == 1
    assert "lies in 'experiments/first'" in refused(lab, "only=first", "results=experiments/first/made")
    assert "lies in 'experiments/first'" in refused(lab, "only=first", "results=experiments")


def test_a_home_folder_is_the_users(lab, small_experiment, monkeypatch):
    """YAML and --config leave ~ as it is; a folder of that name is removed once with `rm -rf ~`."""
    lab.add("exp-01", small_experiment)
    monkeypatch.setenv("HOME", str(lab.folder / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(lab.folder / "cache"))
    (lab.folder / "home").mkdir()
    lab.experiments.rename(lab.folder / "home" / "plates")
    done = lab.snakemake("--config", "experiments=~/plates", "results=~/made", "--until", "listing")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (lab.folder / "home" / "made" / "exp-01" / "logs" / "listing").is_dir()
    assert not (lab.folder / "~").exists()


def test_one_experiment_alone_leaves_the_pages_over_all_as_they_are(finished, small_experiment):
    """Made of it alone they would have lost the others, without a word."""
    finished.add("second", small_experiment)
    before = {p: p.read_bytes() for p in finished.results.iterdir() if p.is_file()}
    assert (finished.results / "index.html") in before
    done = finished.snakemake("--config", "only=second")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "results/second/report.html"
    assert {p: p.read_bytes() for p in finished.results.iterdir() if p.is_file()} == before
    assert finished.jobs("--config", "only=second") == {}
    assert finished.jobs().keys() == {"ids", "overview", "gate", "all"}
    said = refused(finished, "only=third")
    assert "there is no experiment 'third' in 'experiments'; there are: ['second', 'small']" in said


def test_with_an_error_in_the_one_the_run_ends_non_zero(finished, small_experiment):
    broken = finished.add("broken", small_experiment) / "conditions.csv"
    broken.write_text(broken.read_text().replace("mg_mM", "mg_nM", 1))
    for _ in range(2):  # the second time nothing but the gate is to do
        done = finished.snakemake("--config", "only=broken")
        assert done.returncode == 1
        assert "To mend before the numbers can be trusted: broken" in done.stdout + done.stderr


def test_whose_donors_they_are_makes_the_pages_over_all_anew_whatever_snakemake_remembers(finished):
    (finished.folder / ".snakemake").rename(finished.folder / "forgotten")
    assert finished.jobs() == {}
    assert finished.jobs("--config", "own_donors=true").keys() == {"ids", "overview", "gate", "all"}


def test_what_a_system_leaves_in_a_folder_is_nobodys_data(finished):
    folder = finished.experiments / "small"
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$conditions.xlsx", ".~lock.conditions.csv#"):
        (folder / name).touch()
    assert finished.jobs() == {}
    (folder / "note.txt").touch()
    assert "read" in finished.jobs()


@pytest.mark.skipif(not os.getuid() and not os.access("/usr/bin/setpriv", os.X_OK), reason="root looks into any folder")
def test_a_folder_that_may_not_be_looked_into_stops_no_other(finished, small_experiment):
    closed = finished.add("closed", small_experiment) / "raw"
    closed.chmod(0)
    without = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if not os.getuid() else []
    try:
        done = finished.snakemake("--dry-run", "--quiet", "rules", before=without)
    finally:
        closed.chmod(0o755)
    assert done.returncode == 0, done.stdout + done.stderr
