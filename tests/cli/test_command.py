"""What `mgassay run` makes of its arguments: which Snakemake, where, on which experiments."""

import shlex
import sys
from pathlib import Path

import pytest
from snakemake.cli import get_argument_parser, parse_config

from mgassay.cli import place
from mgassay.cli.command import asked_for, config_text, job_of
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


def understood(made):
    """The command as Snakemake's own parser takes it."""
    return get_argument_parser().parse_args(list(made.command[1:]))


def config_of(made):
    return parse_config(understood(made).config)


def write_settings(folder, text):
    file = folder / "config" / "config.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


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
    assert config_of(made) == {"experiments": "plates", "results": "results"}
    assert "--cores" not in made.command


def test_results_elsewhere_take_the_whole_path_of_the_experiments(plates):
    made = job(Path("plates"), Path("far/2024"))
    assert option(made.command, "--directory") == str(plates / "far")
    assert config_of(made) == {"experiments": str(plates / "plates"), "results": "2024"}
    assert made.results == Path("far/2024")


def test_one_experiment_is_run_alone_whatever_lies_beside_it(plates):
    (plates / "plates" / "my holiday pictures").mkdir()
    made = job(Path("plates/exp-2"))
    assert made.names == ("exp-2",)
    assert made.command[1:3] == ("results/exp-2/report.html", "results/exp-2/export/README.txt")
    assert config_of(made) == {"experiments": "plates", "results": "results", "only": "exp-2"}


def test_cores_profile_and_words_of_the_user_are_handed_on(plates):
    own = plates / "own"
    own.mkdir()
    (own / "config.yaml").touch()
    made = job(Path("plates"), None, 3, "own", ["--forceall", "--config", "own_donors=true"])
    args = understood(made)
    assert (args.cores, args.workflow_profile, args.forceall) == (3, str(own), True)
    assert config_of(made) == {"experiments": "plates", "results": "results", "own_donors": "true"}


@pytest.mark.parametrize(
    ("words", "targets", "config", "files"),
    [
        (["results/exp-1/report.html"], ["results/exp-1/report.html"], {}, []),
        (["--forcerun", "read"], [], {}, []),  # a list that stays open
        (["--forcerun", "read", "--", "results/a"], ["results/a"], {}, []),
        (["-C", "own_donors=true"], [], {"own_donors": "true"}, []),
        (["--config=own_donors=true", "-k"], [], {"own_donors": "true"}, []),
        (["--config", "own_donors=true", "-k", "--config", "more=x"], [], {"own_donors": "true", "more": "x"}, []),
        (["--configfile", "a.yaml", "-k"], [], {}, [Path("a.yaml")]),
        (["-k", "--configfiles=a.yaml"], [], {}, [Path("a.yaml")]),
        (["--quiet", "all"], [], {}, []),  # what is said is what progress is read from
    ],
)
@pytest.mark.parametrize("in_the_checkout", [False, True])
def test_words_of_the_user_are_taken_beside_ours(plates, monkeypatch, words, targets, config, files, in_the_checkout):
    if in_the_checkout:
        monkeypatch.chdir(ROOT)
    made = job(plates / "plates", ROOT / "results" if in_the_checkout else Path("results"), extra=words)
    args = understood(made)
    assert list(args.targets) == targets
    assert {key: value for key, value in config_of(made).items() if key not in ("experiments", "results")} == config
    assert set(config_of(made)) >= {"experiments", "results"}
    assert args.configfile == files if in_the_checkout else args.configfile[1:] == files
    assert {choice.name for choice in args.quiet} == {"HOST", "REASON"}
    assert (args.forcerun or set()) == ({"read"} if "--forcerun" in words else set())


def test_in_the_checkout_it_is_plain_snakemake(monkeypatch):
    monkeypatch.chdir(ROOT)
    made = job(None)
    assert made.command[1:] == (
        *("--config", "experiments=resources/demo", "results=results"),
        *("--quiet", "host", "reason"),
    )
    assert made.names == ("mg-trpm7-demo",)


def test_results_in_the_checkout_are_made_by_its_workflow_wherever_it_is_typed(plates):
    (plates / "Snakefile").write_text("rule all:\n")  # another workflow, which Snakemake would take
    made = job(Path("plates"), ROOT / "results")
    assert option(made.command, "--snakefile") == str(ROOT / "Snakefile")
    assert option(made.command, "--directory") == str(ROOT)
    assert option(made.command, "--workflow-profile") == str(ROOT / "profiles" / "default")


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


@pytest.mark.parametrize("results", ["out", "far/out"])
def test_a_config_of_the_folder_is_followed_wherever_the_results_lie(plates, results):
    file = write_settings(plates, f"experiments: plates\nresults: {results}\nown_donors: true\n")
    made = job(None)
    assert made.results == Path(results)
    assert made.names == ("exp-1", "exp-2")
    assert understood(made).configfile == [file]  # and so own_donors
    assert understood(made).replace_workflow_config


def test_the_one_experiment_of_a_config_is_run_as_if_it_were_named(plates):
    file = write_settings(plates, "experiments: plates\nonly: exp-2\n")
    assert job(None).command == (*job(Path("plates/exp-2")).command,)
    assert job(None).names == ("exp-2",)
    file.write_text("experiments: plates\nonly: exp-3\n")
    with pytest.raises(UsageError, match=r"no experiment exp-3 in plates. Did you mean “exp-[12]”"):
        job(None)


def test_a_folder_that_is_named_is_run_whole_whatever_the_config_says(plates):
    write_settings(plates, "experiments: elsewhere\nonly: exp-2\n")
    made = job(Path("plates"))
    assert made.names == ("exp-1", "exp-2")
    assert config_of(made) == {"experiments": "plates", "results": "results", "only": ""}


@pytest.mark.parametrize("text", ["samples: x.tsv\n", "a: [\n", "!include x\n"])
def test_a_config_of_another_program_is_told_and_not_read(plates, text):
    write_settings(plates, text)
    made = job(Path("plates"))
    assert understood(made).configfile == [ROOT / "config" / "config.yaml"]
    assert understood(made).replace_workflow_config  # else Snakemake adds the one beside the results
    assert made.note.startswith(f"Not followed, as another program's: {plates / 'config' / 'config.yaml'}")
    with pytest.raises(UsageError):
        job(None)


@pytest.mark.parametrize("named", [None, Path("plates")])
def test_a_slip_in_our_own_config_is_wrong_usage(plates, named):
    file = write_settings(plates, "experiments: plates\nown_donor: true\n")
    with pytest.raises(UsageError, match=r"no setting own_donor. Did you mean “own_donors”"):
        job(named)
    file.write_text("experiments: [\n")
    with pytest.raises(UsageError, match="is not YAML"):
        job(named)


def test_a_tilde_is_the_home_folder(plates, monkeypatch):
    """As in `--results=~/out`, which bash hands over as it is."""
    monkeypatch.setenv("HOME", str(plates))
    typed = job(Path("~/plates"), Path("~/far/out"))
    assert typed.names == ("exp-1", "exp-2")
    assert typed.results == Path("far/out")
    write_settings(plates, 'experiments: ~/plates\nresults: "~/far/out"\n')
    assert job(None).results == typed.results
    assert config_of(job(None)) == config_of(typed)


def test_what_it_says_to_type_can_be_typed(plates):
    (plates / "emp ty").mkdir()
    with pytest.raises(UsageError) as refused:
        job(Path("emp ty"))
    command = str(refused.value).split("`")[1]
    assert shlex.split(command) == ["mgassay", "init", "emp ty/my-plate"]


def test_a_profile_without_its_plugin_is_wrong_usage(plates):
    (plates / "own").mkdir()
    (plates / "own" / "config.yaml").write_text("executor: nowhere-to-be-had\n")
    with pytest.raises(UsageError, match="pip install snakemake-executor-plugin-nowhere-to-be-had"):
        job(Path("plates"), profile="own")
    (plates / "own" / "config.yaml").write_text('executor: "local"\n')
    assert job(Path("plates"), profile="own").names == ("exp-1", "exp-2")


@pytest.mark.parametrize(
    ("prefix", "typed"),
    [
        (ROOT / ".venv", ["make", "-C", str(ROOT), "slurm"]),
        (Path("/opt/conda"), [sys.executable, "-m", "pip", "install", "mgassay[slurm]"]),
    ],
)
def test_slurm_without_its_plugin_says_what_to_type(plates, monkeypatch, prefix, typed):
    monkeypatch.setattr(place.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(place.sys, "prefix", str(prefix))
    with pytest.raises(UsageError, match="snakemake-executor-plugin-slurm, which is not installed") as refused:
        job(Path("plates"), profile="slurm")
    assert shlex.split(str(refused.value).split("Type: ")[1]) == typed


def test_targets_of_the_user_say_which_experiments_are_told():
    names = ("1", "exp-1", "exp-2")
    assert asked_for(names, ["results/exp-1/report.html"]) == ("exp-1",)
    assert asked_for(names, ["--forceall"]) == names


def test_results_that_cannot_be_written_are_told_before_anything_starts(plates, monkeypatch):
    monkeypatch.setattr(place.os, "access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(UsageError, match=r"nothing can be written into .* --results FOLDER"):
        job(Path("plates"), Path("results"))


@pytest.mark.parametrize("word", ["--directory=x", "-d", "--snakefile", "--workflow-profile"])
def test_what_run_says_itself_is_refused_behind_the_dashes(plates, word):
    with pytest.raises(UsageError, match="is not for the words behind --"):
        job(Path("plates"), extra=[word, "x"])


def test_an_empty_config_beside_the_results_is_none_and_a_list_is_told(plates):
    (plates / "config").mkdir(exist_ok=True)
    file = plates / "config" / "config.yaml"
    file.write_text("\n")
    assert option(job(Path("plates")).command, "--configfile") == str(ROOT / "config" / "config.yaml")
    file.write_text("- a\n- b\n")
    made = job(Path("plates"))
    assert option(made.command, "--configfile") == str(ROOT / "config" / "config.yaml")
    assert "holds no settings" in made.note


def test_results_whose_folder_of_the_one_would_be_its_raw_folder_are_refused(plates):
    (plates / "plates" / "exp-2" / "experiment.toml").touch()
    with pytest.raises(UsageError, match="beside raw data"):
        job(Path("plates/exp-2"), Path("plates"))
