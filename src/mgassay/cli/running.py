"""The verb that runs the workflow: it shows the Snakemake command, then runs it and tells how far it is."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from mgassay.cli.place import check_writable, checkout, profile_folder, snakemake_program
from mgassay.cli.progress import Screen, Watch, step_text, steps_of, told
from mgassay.cli.words import coloured, counted, is_terminal, print_problems
from mgassay.errors import UsageError

_TABLES = ("experiment.toml", "experiment.xlsx")  # what only an experiment's own folder holds
_PLAIN = re.compile(r"[\w./-]*[A-Za-z/][\w./-]*")
_READ_AS_OTHER = re.compile(r"[+-]?(?:inf|infinity|nan|true|false|yes|no|null|\d[\d_.]*e[+-]?\d+)", re.IGNORECASE)
_OF_ONE = ("report.html", "export/README.txt")  # what `rule all` asks of each experiment
AGAIN = "What is finished is kept: type the same command again to go on."
_STOPPED = 130  # as shells say that a program was ended by Ctrl-C
_EXTRA = "mgassay.snakemake"  # where the words behind `--` are kept


class RunCommand(TyperCommand):
    """A command that keeps what stands behind `--` for Snakemake."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Takes the words behind the first `--` away before the others are read."""
        cut = args.index("--") if "--" in args else len(args)
        ctx.meta[_EXTRA] = args[cut + 1 :]
        return list(super().parse_args(ctx, args[:cut]))


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command(cls=RunCommand)(run)


@dataclass(frozen=True)
class Job:
    """What is to be run: the folders as the user named them, where Snakemake works, and its command."""

    names: tuple[str, ...]  # the experiments asked for
    results: Path
    command: tuple[str, ...]


def run(
    context: typer.Context,
    experiments: Annotated[
        Path | None, typer.Argument(help="the folder that holds one folder per experiment, or one experiment's folder")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="the folder for results; `results` without it")] = None,
    cores: Annotated[int | None, typer.Option(help="processors to use; all without it", min=1)] = None,
    profile: Annotated[str, typer.Option(help="a profile of the workflow, such as slurm, or its folder")] = "",
) -> None:
    """Run the workflow on all experiments, or on one; words behind `--` are handed to Snakemake.

    Prints the Snakemake command that it runs, and at the end where the report is.
    """
    job = job_of(experiments, results, cores, profile, context.meta.get(_EXTRA, []))
    typer.echo(coloured(shlex.join(job.command), "bold", sys.stdout))
    watch, status = watched(job.command)
    raise typer.Exit(ended(job, watch, status))


def job_of(
    experiments: Path | None, results: Path | None, cores: int | None, profile: str, extra: Sequence[str]
) -> Job:
    """What to run; raises UsageError for a folder that is not there, or is no folder of experiments.

    Snakemake works where the results folder stands, so that what it remembers of them (`.snakemake`) is found again
    from wherever it is started, and beside the results when the two are moved.
    """
    home = checkout()
    said = config_in(Path.cwd()) if experiments is None else {}
    given = experiments or (Path(said["experiments"]) if "experiments" in said else None)
    if given is None:
        raise UsageError("run: name the folder that holds your experiments, such as `mgassay run plates`")
    folder, only = folder_of(given)
    names = (only,) if only else experiments_in(folder)
    if not names:
        raise UsageError(
            f"run: {given} holds no experiment. `mgassay init {given / 'my-plate'}` makes one to begin with."
        )
    out = (results or Path(said.get("results", "results"))).resolve()
    check_apart(out, folder / only)
    check_writable(out, "--results")
    work = out.parent
    keys = {"experiments": seen_from(work, folder), "results": out.name, **({"only": only} if only else {})}
    config = [f"{key}={config_text(value)}" for key, value in keys.items()]
    target = tuple(f"{out.name}/{only}/{made}" for made in _OF_ONE) if only else ()
    where = () if work == home else ("--snakefile", str(home / "Snakefile"), "--directory", str(work))
    if work != home and not (work / "config" / "config.yaml").is_file():
        where = (*where, "--configfile", str(home / "config" / "config.yaml"))
    use = ("--workflow-profile", str(profile_folder(home, profile))) if profile or where else ()
    count = ("--cores", str(cores)) if cores else ()
    noise = ("--quiet", "host", "reason")
    command = (str(snakemake_program()), *target, *where, *use, *count, *noise, *with_config(extra, config))
    return Job(asked_for(names, extra), shown_from_here(out), command)


def with_config(extra: Sequence[str], config: Sequence[str]) -> list[str]:
    """The user's own words for Snakemake with our settings behind its --config, of which only one counts.

    >>> with_config(["--config", "own_donors=true"], ["results=r"]), with_config(["--forceall"], ["results=r"])
    (['--config', 'results=r', 'own_donors=true'], ['--forceall', '--config', 'results=r'])
    """
    at = extra.index("--config") if "--config" in extra else len(extra)
    return [*extra[:at], "--config", *config, *extra[at + 1 :]]


def check_apart(results: Path, experiments: Path) -> None:
    """Raises UsageError where results would lie among the raw data, and be taken for an experiment the next time."""
    if results.is_relative_to(experiments):
        raise UsageError(f"run: results would be written into {experiments}, beside raw data; name another --results")


def folder_of(given: Path) -> tuple[Path, str]:
    """The folder of experiments, and the one that is meant ("" for all); raises UsageError where there is none."""
    folder = given.resolve()
    if not folder.is_dir():
        raise UsageError(f"run: there is no folder {given}")
    if any((folder / table).is_file() for table in _TABLES):
        return folder.parent, folder.name
    return folder, ""


def experiments_in(folder: Path) -> tuple[str, ...]:
    """Names of the experiments, as the workflow takes them: every folder that is not hidden."""
    return tuple(sorted(e.name for e in folder.iterdir() if e.is_dir() and not e.name.startswith(".")))


def asked_for(names: Sequence[str], extra: Sequence[str]) -> tuple[str, ...]:
    """The experiments that Snakemake's own targets name, all where they name none."""
    words = ["/" + word for word in extra]
    return tuple(n for n in names if any(f"/{n}/" in word for word in words)) or tuple(names)


def config_in(folder: Path) -> dict[str, str]:
    """The experiments and results that config/config.yaml of a folder names; nothing where there is none."""
    file = folder / "config" / "config.yaml"
    if not file.is_file():
        return {}
    import yaml

    try:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    named = held if isinstance(held, dict) else {}
    return {key: str(named[key]) for key in ("experiments", "results") if named.get(key)}


def seen_from(work: Path, folder: Path) -> str:
    """A folder's path from where Snakemake works, the whole path where it lies elsewhere."""
    return str(folder.relative_to(work) if folder.is_relative_to(work) else folder)


def shown_from_here(path: Path) -> Path:
    """A path as short as it can be said here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def config_text(value: str) -> str:
    """A value for Snakemake's --config, which reads numbers, truth values and YAML; as text where it might be one.

    Snakemake strips quotes from both ends first, so that they alone would not help: YAML's tag says that it is text.

    >>> config_text("plates/2024"), config_text("2024"), config_text("a: b")
    ('plates/2024', '!!str "2024" ', '!!str "a: b" ')
    """
    plain = _PLAIN.fullmatch(value) and not _READ_AS_OTHER.fullmatch(value)
    return value if plain else f"!!str {json.dumps(value, ensure_ascii=False)} "


def watched(command: Sequence[str]) -> tuple[Watch, int]:
    """Runs the command and shows a line per finished step; what it said, and its exit status."""
    watch, screen = Watch(), Screen(_shown, is_terminal(sys.stdout))
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - Snakemake, by its path; no shell sees a name
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "NO_COLOR": "1"},
    ) as process:
        try:
            for step in steps_of(iter(process.stdout or ()), watch):
                screen.show(step_text(step, time.monotonic() - started))
        except KeyboardInterrupt:  # the terminal told Snakemake too; it ends its jobs
            watch.stopped = True
            with contextlib.suppress(KeyboardInterrupt):
                process.wait()
        finally:
            screen.leave()
    return watch, process.returncode


def _shown(text: str) -> None:
    """Writes at once, so that a file that is followed shows it too."""
    sys.stdout.write(text)
    sys.stdout.flush()


def ended(job: Job, watch: Watch, status: int) -> int:
    """Tells what is to be mended, what broke off, and last where the report is; the exit status."""
    if watch.stopped:
        sys.stderr.write(f"{coloured('mgassay run: stopped by you.', 'error', sys.stderr)} {AGAIN}\n")
        return _STOPPED
    data_errors = tell_problems(job)
    broke = [rule for rule in watch.failed if rule != "gate"]
    never = status != 0 and not broke and not data_errors
    if broke or never:
        sys.stderr.write(f"{told(watch)}\n")
        log = f" All that Snakemake said: {watch.log}" if watch.log else ""
        what = f"broke off at {', '.join(dict.fromkeys(broke))}" if broke else "did not start or was stopped"
        sys.stderr.write(f"{coloured(f'mgassay run: {what}.', 'error', sys.stderr)}{log}\n")
    elif watch.idle:
        typer.echo("Nothing to do: all results are up to date.")
    elif not watch.worked:  # a dry run, or another question to Snakemake
        typer.echo(told(watch))
    if watch.left:
        typer.echo(watch.left, err=True)
    if page := page_of(job):
        typer.echo(page)
    return exit_status(watch, status, data_errors=bool(data_errors), broke=bool(broke))


def exit_status(watch: Watch, status: int, *, data_errors: bool, broke: bool) -> int:
    """0, 1 (data), 2 (never came to work) or 3 (a stage broke off), from what Snakemake and its jobs left.

    >>> exit_status(Watch(), 1, data_errors=True, broke=False), exit_status(Watch(), 1, data_errors=False, broke=False)
    (1, 2)
    """
    if status == 0:
        return 0
    if broke:
        return 2 if set(watch.statuses) <= {"1", "2"} and "2" in watch.statuses else 3
    return 1 if data_errors else 2


def tell_problems(job: Job) -> list[str]:
    """Says on stderr what each experiment needs mended; those with errors.

    Of one experiment errors and warnings are told in full, of several their errors.
    """
    from mgassay import store

    broken = []
    for name in job.names:
        folder = job.results / name / "tables"
        if not (folder / "problems.csv").is_file():
            continue
        problems = store.read_problems([folder])
        shown = ("error", "warning") if len(job.names) == 1 else ("error",)
        if len(problems):
            typer.echo(f"{name}: {counted(problems)}", err=True)
            print_problems(p for p in problems if p.severity in shown)
        if problems.count("error"):
            broken.append(name)
    if broken:
        typer.echo(f"To mend before the numbers can be trusted: {', '.join(broken)}", err=True)
    return broken


def page_of(job: Job) -> Path | None:
    """The page to open: the report of one experiment, the index of several; None where it was not made."""
    page = job.results / job.names[0] / "report.html" if len(job.names) == 1 else job.results / "index.html"
    return page if page.is_file() else None
