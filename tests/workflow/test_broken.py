"""One broken experiment is named, gets its list of what to mend, and stops no other."""

import re
import shutil

import pytest

from mgassay import store, tables


@pytest.fixture
def two(lab, small_experiment):
    lab.add("good", small_experiment)
    broken = lab.add("broken", small_experiment)
    conditions = broken / "conditions.csv"
    conditions.write_text(conditions.read_text().replace("mg_mM", "mg_nM", 1))
    next((broken / "raw").rglob("*.txt")).unlink()
    return lab


def test_the_other_completes_and_the_run_ends_non_zero_naming_the_broken_one(two):
    done = two.snakemake()
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "To mend before the numbers can be trusted: broken" in said
    assert (two.results / "good" / "report.html").is_file()
    assert (two.results / "index.html").is_file()
    assert "broken" in (two.results / "index.html").read_text()

    problems = store.read_table(two.results / "broken" / "tables", tables.PROBLEMS)
    errors = problems[problems["severity"] == "error"]
    assert len(errors) >= 2  # the column and the file, both at once
    assert errors["remedy"].str.contains("mg_mM").any()  # the nearest name
    page = (two.results / "broken" / "report.html").read_text()
    assert all(code in page for code in errors["code"])

    verdict = store.read_json(two.results / "broken" / "verdict.json")
    assert verdict["grade"] is None
    assert verdict["readouts"] == {}

    handed = {f.name for f in (two.results / "broken" / "export").iterdir() if f.is_file()}
    assert handed == {"README.txt", "broken.xlsx", "ro-crate-metadata.json"}
    assert (two.results / "good" / "export" / "good.pzfx").is_file()

    again = two.snakemake()
    assert again.returncode == 1
    said = again.stdout + again.stderr
    assert "broken" in said
    assert re.search(r"^total +2$", said, re.MULTILINE)  # the gate and `all`: what lacks files for its errors is whole


def test_a_single_report_with_errors_ends_non_zero_too(two):
    assert two.snakemake("results/good/report.html").returncode == 0
    assert two.snakemake("results/broken/report.html").returncode == 1
    assert (two.results / "broken" / "report.html").is_file()


def test_a_folder_that_says_nothing_at_all_is_survived(lab, small_experiment):
    lab.add("good", small_experiment)
    (lab.experiments / "nothing").mkdir()
    (lab.experiments / "nothing" / "thesis.docx").write_bytes(b"PK")
    done = lab.snakemake()
    assert done.returncode == 1
    assert (lab.results / "good" / "report.html").is_file()
    assert "What to mend" in (lab.results / "nothing" / "report.html").read_text()
    assert (lab.results / "nothing" / "export" / "nothing.xlsx").is_file()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["experimens=x"], "experimens"),
        (["experiments=nowhere"], "there is no folder 'nowhere'"),
        (["results=a{b}"], "a{b}"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_runs(lab, small_experiment, args, said):
    lab.add("good", small_experiment)
    done = lab.snakemake("--dry-run", "--config", *args)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_a_report_of_an_experiment_that_is_not_there_is_refused(lab, small_experiment):
    lab.add("good", small_experiment)
    done = lab.snakemake("results/goof/report.html")
    assert done.returncode != 0
    assert "There is no experiment 'goof'" in done.stdout + done.stderr
    assert not (lab.results / "goof").exists()


def test_a_folder_name_that_is_no_id_is_refused(lab, small_experiment):
    lab.add("$(touch owned)", small_experiment)
    done = lab.snakemake()
    assert done.returncode != 0
    assert "rename" in done.stdout + done.stderr
    assert not (lab.folder / "owned").exists()


def test_where_a_step_crashes_the_others_still_have_their_index(lab, small_experiment):
    """A folder stands where a file has to be written, so that `read` breaks off as a bug of ours would make it."""
    lab.add("good", small_experiment)
    lab.add("crashed", small_experiment)
    (lab.results / "crashed" / "parts" / "experiment.json" / "x").mkdir(parents=True)
    done = lab.snakemake()
    assert done.returncode == 1
    assert "Not in " in done.stderr
    assert "since a step broke off: crashed" in done.stderr
    page = (lab.results / "index.html").read_text()
    assert "good/report.html" in page
    assert "crashed" not in page

    shutil.rmtree(lab.results / "crashed")
    assert lab.snakemake().returncode == 0
    assert "crashed/report.html" in (lab.results / "index.html").read_text()
