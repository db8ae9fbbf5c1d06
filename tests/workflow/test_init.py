"""From an empty folder: `mgassay init`, then `mgassay run` or plain `snakemake`; nothing is touched between."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def typed(*words, cwd):
    return subprocess.run(
        [BIN / words[0], *map(str, words[1:])],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    assert typed("mgassay", "init", "plates/text", cwd=folder).returncode == 0
    assert typed("mgassay", "init", "--xlsx", "plates/book", cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def ran(lab):
    return typed("mgassay", "run", "plates", "--cores", "2", cwd=lab)


@pytest.fixture
def settings(lab):
    """A config.yaml in the lab's folder, which is gone afterwards."""
    (lab / "config").mkdir()
    yield lab / "config" / "config.yaml"
    shutil.rmtree(lab / "config")


@pytest.mark.xdist_group("init")
def test_the_untouched_examples_run_to_their_reports_without_a_warning(lab, ran):
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == "results/index.html"
    for name in ("text", "book"):
        assert (lab / "results" / name / "report.html").is_file()
        problems = (lab / "results" / name / "tables" / "problems.csv").read_text()
        assert ",error," not in problems
        assert ",warning," not in problems


@pytest.mark.xdist_group("init")
def test_the_command_is_shown_first_and_each_step_in_a_line(lab, ran):
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(f"{BIN / 'snakemake'} ")
    for name in ("text", "book"):
        for rule in ("read", "images", "quantify", "effects", "report", "export"):
            assert [line for line in lines if f" steps · {name} {rule} · 0" in line], (name, rule)
    assert "Building DAG" not in ran.stdout + ran.stderr


@pytest.mark.xdist_group("init")
def test_a_workbook_gives_the_numbers_of_the_csv_files(lab, ran):
    assert ran.returncode == 0
    for table in ("shares", "effects", "amounts"):
        text, book = ((lab / "results" / n / "tables" / f"{table}.csv").read_text() for n in ("text", "book"))
        assert text.replace("text,", "book,") == book


@pytest.mark.xdist_group("init")
def test_the_second_run_has_nothing_to_do_and_says_where_the_results_are(lab, ran):
    assert ran.returncode == 0
    again = typed("mgassay", "run", "plates", cwd=lab)
    assert again.returncode == 0
    assert again.stdout.splitlines()[1:] == ["Nothing to do: all results are up to date.", "results/index.html"]
    other = lab / "elsewhere"
    other.mkdir()
    from_there = typed("mgassay", "run", "../plates", "--results", "../results", cwd=other)
    assert "Nothing to do" in from_there.stdout


@pytest.mark.xdist_group("init")
def test_plain_snakemake_on_one_experiment_ends_with_its_report(lab, ran):
    assert ran.returncode == 0
    (lab / "results" / "text" / "report.html").unlink()
    where = ("--snakefile", ROOT / "Snakefile", "--configfile", ROOT / "config" / "config.yaml", "--cores", "2")
    config = ("--config", "experiments=plates", "results=results", "only=text")
    done = typed("snakemake", "results/text/report.html", *where, *config, cwd=lab)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "results/text/report.html"


@pytest.mark.xdist_group("init")
def test_something_to_mend_is_status_1_and_told_once(lab, ran):
    assert ran.returncode == 0
    assert typed("mgassay", "init", "mend/exp-1", cwd=lab).returncode == 0
    conditions = lab / "mend" / "exp-1" / "conditions.csv"
    conditions.write_text(conditions.read_text().replace("mg_mM", "mg_nM", 1))
    done = typed("mgassay", "run", "mend/exp-1", "--results", "2024", cwd=lab)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("ERROR MG") == done.stderr.count("Mend:")
    assert "To mend before the numbers can be trusted: exp-1" in done.stderr
    assert "RuleException" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "2024/exp-1/report.html"
    again = typed("mgassay", "run", "mend/exp-1", "--results", "2024", cwd=lab)
    assert "Nothing to do" in again.stdout
    assert (again.returncode, again.stderr) == (1, done.stderr)


@pytest.mark.xdist_group("init")
def test_another_project_beside_the_results_changes_nothing(lab, ran, settings):
    """Its workflow would be run, and its config stop ours, were they taken for ours."""
    assert ran.returncode == 0
    settings.write_text("samples: samples.tsv\nonly: text\n")
    (lab / "Snakefile").write_text("rule theirs:\n    shell: 'false'\n")
    done = typed("mgassay", "run", "plates", cwd=lab)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "results/index.html"
    assert done.stderr.startswith("Not followed, as another program's: ")
    (lab / "Snakefile").unlink()


@pytest.mark.xdist_group("init")
def test_what_the_config_says_of_donors_is_followed_where_the_results_lie_elsewhere(lab, ran, settings):
    assert ran.returncode == 0
    for said, results in ((True, "elsewhere/out"), (True, "out"), (False, "out")):
        text = f"experiments: plates\nresults: {results}\nown_donors: {str(said).lower()}\n"
        settings.write_text(text)
        done = typed("mgassay", "run", "--", "--dry-run", "--printshellcmds", cwd=lab)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("overview --own-donors" in done.stdout) == said


@pytest.mark.xdist_group("init")
def test_what_snakemake_refuses_is_shown_and_is_wrong_usage(lab):
    done = typed("mgassay", "run", "plates", "--", "--no-such-option", cwd=lab)
    assert done.returncode == 2
    assert "--no-such-option" in done.stderr


@pytest.mark.xdist_group("init")
def test_a_stage_that_breaks_off_is_status_3_with_its_log(lab, ran):
    assert ran.returncode == 0
    # A folder stands where a table has to be written: no fault of the data.
    (lab / "broken" / "text" / "parts" / "experiment.json").mkdir(parents=True)
    (lab / "broken" / "text" / "parts" / "experiment.json" / "x").touch()
    done = typed("mgassay", "run", "plates/text", "--results", "broken", cwd=lab)
    assert done.returncode in (2, 3)
    assert done.stderr.strip() != ""
    assert "mgassay run: " in done.stderr.splitlines()[-1]


@pytest.mark.xdist_group("init")
def test_what_init_says_to_type_next_plans_a_run_where_it_was_typed(tmp_path):
    assert typed("mgassay", "init", "first", cwd=tmp_path).returncode == 0
    done = typed("mgassay", "run", "first", "--", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule effects" in done.stdout
