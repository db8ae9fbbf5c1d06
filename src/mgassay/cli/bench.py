"""Verbs for the bench: look at a folder, look a code up, make a simulated experiment."""

from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli.words import print_problems
from mgassay.problems import Problems, catalogue, suggestion


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(check)
    app.command()(explain)
    app.command()(readers)
    app.command()(simulate)


def check(folder: Annotated[Path, typer.Argument(help="an experiment folder")]) -> None:
    """Read and map everything and fit the curves, and list all problems at once; nothing is written."""
    from mgassay.assays.plates import quantify_plates
    from mgassay.readers.folder import read_experiment
    from mgassay.readers.reading import tables_from_folder

    problems = Problems()
    if experiment := read_experiment(folder, problems):
        quantify_plates(experiment, tables_from_folder(folder, experiment, problems)["wells"], problems)
        problems = problems.confirmed({f.file: f.confirm for f in experiment.files})
    print_problems(problems)
    typer.echo(
        f"{folder.resolve().name}: {problems.count('error')} errors, {problems.count('warning')} warnings,"
        f" {problems.count('notice')} notices"
    )
    if problems.count("error"):
        raise typer.Exit(1)


def explain(code: Annotated[str, typer.Argument(help="a problem's code, such as MG101")]) -> None:
    """Say more about a problem."""
    kind = catalogue().get(code.upper())
    if kind is None:
        typer.echo(f"There is no problem {code}. {suggestion(code, catalogue())}", err=True)
        raise typer.Exit(2)
    typer.echo(f"{kind.code} ({kind.severity}): {kind.title}\n\n{kind.message}\n\nMend: {kind.remedy}\n{kind.explain}")


def readers() -> None:
    """List the raw files that can be read."""
    from mgassay.readers.registry import READERS

    for reader in READERS:
        typer.echo(f"{reader.name:14} {reader.title}")


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

    if folder.exists():
        typer.echo(f"{folder} exists already; a simulation never writes over a folder.", err=True)
        raise typer.Exit(2)
    truth = Truth(donors=donors, total=total, blocked=blocked, acellular=acellular, rho=rho)
    for name, content in simulate_experiment(truth, seed, folder.resolve().name).items():
        store.write_bytes(folder / name, content)
    typer.echo(folder)
