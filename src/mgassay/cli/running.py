"""The verb that runs the workflow: it shows the Snakemake command, then runs it and tells how far it is."""

import contextlib
import errno
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from mgassay.cli.command import Job, job_of
from mgassay.cli.progress import Screen, Watch, step_text, steps_of, told
from mgassay.cli.said import refused_by_disk
from mgassay.cli.stages import problems_now
from mgassay.cli.words import coloured, counted, is_terminal, print_problems

AGAIN = "What is finished is kept: type the same command again to go on."
_STOPPED = 130  # as shells say that a program was ended by Ctrl-C
_EXTRA = "mgassay.snakemake"  # where the words behind `--` are kept
_TYPED = "mgassay.typed"  # and all words


class RunCommand(TyperCommand):
    """A command that keeps what stands behind `--` for Snakemake."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Takes the words behind the first `--` away before the others are read."""
        cut = args.index("--") if "--" in args else len(args)
        ctx.meta[_EXTRA] = args[cut + 1 :]
        ctx.meta[_TYPED] = tuple(args)
        return list(super().parse_args(ctx, args[:cut]))


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command(cls=RunCommand)(run)


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
    job = job_of(experiments, results, cores, profile, context.meta[_EXTRA])
    job = replace(job, typed=context.meta[_TYPED])
    if job.note:
        typer.echo(job.note, err=True)
    typer.echo(coloured(shlex.join(job.command), "bold", sys.stdout))
    watch, status = watched(job.command)
    raise typer.Exit(ended(job, watch, status))


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
        _say("stopped by you", AGAIN)
        return _STOPPED
    if status < 0:  # by a signal
        _say("Snakemake was ended from outside", AGAIN)
        return 2
    if status != 0 and not watch.reached:
        return never_began(job, watch)
    if watch.left:
        typer.echo(watch.left, err=True)
    if not watch.worked and not watch.idle and status == 0:  # a dry run, or another question to Snakemake
        typer.echo(told(watch))
        return 0
    data_errors = tell_problems(job)
    broke = [rule for rule in watch.failed if rule != "gate"] if status else []
    if broke or (status and not data_errors):
        sys.stderr.write(f"{told(watch)}\n")
        _say(f"broke off at {', '.join(dict.fromkeys(broke))}" if broke else "was stopped", more_of(job, watch))
    elif watch.idle:
        typer.echo("Nothing to do: all results are up to date.")
    if page := page_of(job):
        typer.echo(page)
    return exit_status(watch, status, data_errors=bool(data_errors), broke=bool(broke))


def never_began(job: Job, watch: Watch) -> int:
    """Tells why Snakemake never came to a job, and no problems, which would be of another day; the exit status."""
    if watch.locked:
        again, unlock = (f"`{shlex.join(words)}`" for words in (typed(job), typed(job, "--unlock")))
        _say(
            "another run is at work on these results, or was killed",
            f"Wait for one that is at work. Is there none, type {unlock}, then {again} again.",
        )
    else:
        sys.stderr.write(f"{told(watch)}\n")
        _say("did not start", more_of(job, watch))
    return 2


def more_of(job: Job, watch: Watch) -> str:
    """What to do where a disk is full, for which Snakemake blames permissions; else where all its words are."""
    if watch.full:
        notes = job.results.parent / ".snakemake"  # beside the results, so that either may be what fills it
        return refused_by_disk(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(notes)))
    return f"All that Snakemake said: {watch.log}" if watch.log else ""


def typed(job: Job, *more: str) -> list[str]:
    """The command that the user typed, with more words for Snakemake.

    >>> typed(Job((), Path(), (), typed=("my plates",)), "--unlock")
    ['mgassay', 'run', 'my plates', '--', '--unlock']
    """
    parting = ["--"] if more and "--" not in job.typed else []
    return ["mgassay", "run", *job.typed, *parting, *more]


def _say(what: str, more: str) -> None:
    """How the run ended, on stderr, and what follows from it."""
    sys.stderr.write(f"{coloured(f'mgassay run: {what}.', 'error', sys.stderr)} {more}".rstrip() + "\n")


def exit_status(watch: Watch, status: int, *, data_errors: bool, broke: bool) -> int:
    """0, 1 (data, read now or before), 2 (stopped, or no room) or 3 (a stage broke off), from what all of them left.

    >>> exit_status(Watch(), 0, data_errors=True, broke=False), exit_status(Watch(), 1, data_errors=False, broke=False)
    (1, 2)
    """
    if broke:
        no_room = watch.full and "3" not in watch.statuses
        return 2 if no_room or (set(watch.statuses) <= {"1", "2"} and "2" in watch.statuses) else 3
    if data_errors:
        return 1
    return 2 if status else 0


def tell_problems(job: Job) -> list[str]:
    """Says on stderr what each experiment needs mended; those with errors.

    Of one experiment errors and warnings are told in full, of several their errors.
    """
    broken = []
    for name in job.names:
        if not all((job.results / name / made).is_file() for made in ("tables/problems.csv", "provenance.json")):
            continue  # its report was not made
        problems = problems_now(job.results / name)
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
