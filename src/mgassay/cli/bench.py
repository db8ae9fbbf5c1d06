"""Verbs for the bench: look at a folder, look a code up, make a simulated experiment."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli.stages import opened
from mgassay.cli.words import counted, print_problems
from mgassay.problems import Problems, catalogue, nearest


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(init)
    app.command()(check)
    app.command()(explain)
    app.command()(readers)
    app.command()(simulate)


def init(folder: Annotated[Path, typer.Argument(help="the experiment folder to make; its name is its id")]) -> None:
    """Make a filled-in example of an experiment folder, to be overwritten with your own tables and exports."""
    from mgassay import store
    from mgassay.simulate.example import example_experiment

    refuse_existing(folder)
    for name, content in example_experiment(folder.resolve().name).items():
        store.write_bytes(folder / name, content)
    typer.echo(f"{folder}: every table is filled in; the exports in raw/ are simulated. Put your own in their place.")


def refuse_existing(folder: Path) -> None:
    """Ends with wrong usage where the folder is there: nothing is ever written over a lab's own files."""
    if folder.exists():
        typer.echo(f"{folder} exists already; nothing is written over a folder.", err=True)
        raise typer.Exit(2)


def check(folder: Annotated[Path, typer.Argument(help="an experiment folder")]) -> None:
    """Read and map everything, fit the curves, find wells in photographs, list all problems; nothing is written."""
    from mgassay.assays.images.photographs import placed_wells
    from mgassay.assays.plates.plates import quantify_plates
    from mgassay.effects.contrasts.arms import check_arms
    from mgassay.readers.folder import is_doubtful, read_experiment
    from mgassay.readers.reading import read_folder
    from mgassay.report.understood import understood_text

    problems = Problems()
    if experiment := read_experiment(folder, problems):
        made = read_folder(folder, experiment, problems).tables
        quantify_plates(experiment, made["wells"], problems)
        placed_wells(experiment, made["image_files"], partial(opened, folder), problems)
        if not is_doubtful("conditions", problems):  # or arms would be missed that were grown
            check_arms(experiment, problems)
        problems = problems.confirmed({f.file: f.confirm for f in experiment.files})
        typer.echo(understood_text(experiment, made, problems))
    print_problems(problems)
    typer.echo(f"{folder.resolve().name}: {counted(problems)}")
    if problems.count("error"):
        raise typer.Exit(1)


def explain(
    code: Annotated[str, typer.Argument(help="a problem's code, such as MG101; without one, all are listed")] = "",
) -> None:
    """Say more about a problem."""
    if not code:
        for kind in sorted(catalogue().values(), key=lambda k: k.code):
            typer.echo(f"{kind.code}  {kind.severity:8} {kind.title}")
        return
    asked = catalogue().get(code.upper())
    if asked is None:
        close = nearest(code, catalogue())
        typer.echo(f"There is no problem {code}." + (f" Did you mean {close}?" if close else ""), err=True)
        raise typer.Exit(2)
    told = (f"{asked.code} ({asked.severity}): {asked.title}", asked.message, f"Mend: {asked.remedy}", asked.explain)
    # What stands in braces is filled in where the problem is found.
    typer.echo(re.sub(r"\{\w+\}", "…", "\n\n".join(part for part in told if part)))


def readers() -> None:
    """List the raw files that can be read, by whom, and on what each reader was tried."""
    from mgassay.readers.registry import all_readers

    for kind, title in (("plate", "Plates"), ("qPCR", "qPCR"), ("vendors", "By allotropy, where it is set up")):
        held = [r for r in all_readers() if r.kind == kind]
        typer.echo(f"{title}\n" + "".join(f"  {r.name:24} {r.title} ({r.evidence})\n" for r in held))
    typer.echo("`table` in the column reader: values measured elsewhere, as condition, donor, rep, value, unit")


def simulate(
    folder: Annotated[Path, typer.Argument(help="the experiment folder to make; its name is the experiment's id")],
    seed: Annotated[int, typer.Option(help="seed of the random numbers")],
    donors: Annotated[int, typer.Option(help="number of donors", min=1)] = 4,
    total: Annotated[float, typer.Option(help="T, natural log")] = 1.4,
    blocked: Annotated[float, typer.Option(help="B, natural log")] = 0.6,
    acellular: Annotated[float, typer.Option(help="A, natural log")] = 0.3,
    rho: Annotated[
        float | None, typer.Option(help="what is left of Mg entry under block; without it, not measured")
    ] = None,
) -> None:
    """Make an experiment of known truth: plates, images, qPCR, layouts and truth.toml."""
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    refuse_existing(folder)
    truth = Truth(donors=donors, total=total, blocked=blocked, acellular=acellular, rho=rho)
    for name, content in simulate_experiment(truth, seed, folder.resolve().name).items():
        store.write_bytes(folder / name, content)
    typer.echo(folder)
