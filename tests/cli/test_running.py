"""What `mgassay run` makes of its arguments: which Snakemake, where, on which experiments."""

import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.cli import parse_config

from mgassay.cli import place, running
from mgassay.cli.progress import Watch
from mgassay.cli.running import Job, asked_for, config_in, config_text, ended, exit_status, job_of, watched
from mgassay.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plates(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("exp-1", "exp-2", ".hidden"):
        (tmp_path / "plates" / name).mkdir(parents=True)
        (tmp_path / "plates" / name / "experiment.toml").touch()
    return tmp_path


def job(experiments, results=None, cores=None, profile="", extra=()):
    return job_of(experiments, results, cores, profile, extra)


def option(command, name):
    return command[command.index(name) + 1]


@pytest.mark.parametrize("name", ["results", "a/b", "2024", "007", "1e5", "inf", "True", "null", "~", "a #b", "a: b",
                                  "a=b", "[x]", "it's", 'say "x"', "näive é", "-x", "1_000", ".5", "no"])  # fmt: skip
def test_snakemake_reads_a_name_of_any_kind_as_that_name(name):
    assert parse_config([f"results={config_text(name)}"]) == {"results": name}


def test_all_experiments_of_a_folder_are_run_where_the_results_stand(plates):
    made = job(Path("plates"))
    assert made.names == ("exp-1", "exp-2")
    assert made.results == Path("results")
    assert option(made.command, "--snakefile") == str(ROOT / "Snakefile")
    assert option(made.command, "--directory") == str(plates)
    assert option(made.command, "--workflow-profile") == str(ROOT / "profiles" / "default")
    assert made.command[-3:] == ("--config", "experiments=plates", "results=results")
    assert "--cores" not in made.command


def test_results_elsewhere_take_the_whole_path_of_the_experiments(plates):
    made = job(Path("plates"), Path("far/2024"))
    assert option(made.command, "--directory") == str(plates / "far")
    assert made.command[-2:] == (f"experiments={plates / 'plates'}", 'results=!!str "2024" ')
    assert made.results == Path("far/2024")


def test_one_experiment_is_run_alone_whatever_lies_beside_it(plates):
    (plates / "plates" / "my holiday pictures").mkdir()
    made = job(Path("plates/exp-2"))
    assert made.names == ("exp-2",)
    assert made.command[1:3] == ("results/exp-2/report.html", "results/exp-2/export/README.txt")
    assert made.command[-1] == "only=exp-2"


def test_cores_profile_and_words_of_the_user_are_handed_on(plates):
    own = plates / "own"
    own.mkdir()
    (own / "config.yaml").touch()
    made = job(Path("plates"), None, 3, "own", ["--forceall", "--config", "own_donors=true"])
    assert option(made.command, "--cores") == "3"
    assert option(made.command, "--workflow-profile") == str(own)
    assert made.command.count("--config") == 1
    assert made.command[-3:] == ("experiments=plates", "results=results", "own_donors=true")
    assert "--forceall" in made.command


def test_in_the_checkout_it_is_plain_snakemake(monkeypatch):
    monkeypatch.chdir(ROOT)
    made = job(None)
    assert made.command[1:] == (
        *("--quiet", "host", "reason"),
        *("--config", "experiments=resources/demo", "results=results"),
    )
    assert made.names == ("mg-trpm7-demo",)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((None,), "name the folder"),
        (("nowhere",), "there is no folder nowhere"),
        (("plates", "plates/results"), "beside raw data"),
        (("plates/exp-1", "plates/exp-1/results"), "beside raw data"),
        (("plates", None, None, "slrm"), "there is no profile slrm"),
        (("plates", "a_file"), "a_file is a file"),
        (("plates", "a_file/results"), "a_file is a file"),
        (("empty",), "empty holds no experiment"),
    ],
)
def test_what_cannot_be_run_is_wrong_usage(plates, args, said):
    (plates / "a_file").touch()
    (plates / "empty").mkdir()
    given = [Path(a) if isinstance(a, str) and i < 2 else a for i, a in enumerate(args)]
    with pytest.raises(UsageError, match=said):
        job(*given)


def test_without_its_checkout_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(place.mgassay, "__file__", str(tmp_path / "site-packages" / "mgassay" / "__init__.py"))
    with pytest.raises(UsageError, match="make install"):
        place.checkout()


def test_a_config_of_the_folder_says_where_things_are(plates):
    (plates / "config").mkdir()
    file = plates / "config" / "config.yaml"
    file.write_text("experiments: plates\nresults: out\nown_donors: true\n")
    assert config_in(plates) == {"experiments": "plates", "results": "out"}
    made = job(None)
    assert made.results == Path("out")
    assert "--configfile" not in made.command  # Snakemake reads the folder's own
    file.write_text("a: [")
    with pytest.raises(UsageError, match="is not YAML"):
        config_in(plates)


def test_targets_of_the_user_say_which_experiments_are_told():
    names = ("1", "exp-1", "exp-2")
    assert asked_for(names, ["results/exp-1/report.html"]) == ("exp-1",)
    assert asked_for(names, ["--forceall"]) == names


@pytest.mark.parametrize(
    ("status", "statuses", "data_errors", "broke", "expected"),
    [
        (0, [], False, False, 0),
        (1, ["1"], True, False, 1),  # the gate
        (1, ["3"], False, True, 3),
        (1, ["1", "3"], True, True, 3),  # both: the bug is worse
        (1, ["2"], False, True, 2),
        (1, ["SIGKILL"], False, True, 3),
        (1, [], False, False, 2),  # it never came to a job
    ],
)
def test_the_exit_status_says_whose_turn_it_is(status, statuses, data_errors, broke, expected):
    watch = Watch(statuses=list(statuses))
    assert exit_status(watch, status, data_errors=data_errors, broke=broke) == expected


def test_words_behind_two_dashes_are_no_arguments_of_ours(plates):
    done = subprocess.run(
        [sys.executable, "-m", "mgassay", "run", "--", "--dry-run"], cwd=plates, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "name the folder that holds your experiments" in done.stderr


def test_results_that_cannot_be_written_are_told_before_anything_starts(plates, monkeypatch):
    monkeypatch.setattr(place.os, "access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(UsageError, match=r"nothing can be written into .* --results FOLDER"):
        job(Path("plates"), Path("results"))


def test_ctrl_c_is_told_as_the_users_own_and_leaves_130(tmp_path, capsys, monkeypatch):
    def interrupted(lines, watch):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "steps_of", interrupted)
    watch, status = watched([sys.executable, "-c", "raise SystemExit(1)"])
    assert ended(Job(("a",), tmp_path, ()), watch, status) == 130
    assert "stopped by you. What is finished is kept: type the same command again" in capsys.readouterr().err


def test_results_left_over_are_told_at_the_end_as_plain_snakemake_tells_them(tmp_path, capsys):
    """The words are those of the workflow (tests/workflow/test_faults.py holds it to them)."""
    said = "results still holds results of two, of which there is no folder in experiments (renamed?)."
    code = f"import sys; print({said!r}, file=sys.stderr)"
    watch, status = watched([sys.executable, "-c", code])
    assert ended(Job(("one",), tmp_path, ()), watch, status) == 0
    assert said in capsys.readouterr().err.splitlines()


def test_nothing_is_told_of_results_left_over_where_there_are_none(tmp_path, capsys):
    watch, status = watched([sys.executable, "-c", "print('Nothing to be done')"])
    assert ended(Job(("one",), tmp_path, ()), watch, status) == 0
    assert "results" not in capsys.readouterr().err
