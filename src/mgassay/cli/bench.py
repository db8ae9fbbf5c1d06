"""Verbs for the bench: lay an example out, look at a folder, say what can be read, make a simulated experiment."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgassay.cli.place import experiments_below
from mgassay.cli.stages import opened
from mgassay.cli.words import coloured, counted, print_problems
from mgassay.errors import UsageError
from mgassay.problems import Problems, listed, visible

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import Experiment

NOT_OVER = "nothing is written over a folder. Name another one, or remove this one yourself if it is not needed."


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    for verb in (init, check, readers, simulate):
        app.command()(verb)


def init(
    folder: Annotated[Path, typer.Argument(help="the experiment folder to make; its name is its id")],
    xlsx: Annotated[
        bool,
        typer.Option("--xlsx/--csv", help="tables as sheets of one experiment.xlsx with drop-downs, or as CSV files"),
    ] = False,
) -> None:
    """Make a filled-in example of an experiment folder, to be overwritten with your own tables and exports."""
    check_new(folder)
    from mgassay import store
    from mgassay.readers.registry import all_readers
    from mgassay.simulate.example import example_experiment, example_workbook

    name = folder.resolve().name
    offered = [*(r.name for r in all_readers()), "table"] if xlsx else []
    for path, content in (example_workbook(name, offered) if xlsx else example_experiment(name)).items():
        store.write_bytes(folder / path, content)
    tables = "experiment.xlsx" if xlsx else "conditions.csv, files.csv, samples.csv and layouts/"
    typer.echo(f"{folder}: a filled-in example. Its exports in raw/ and images/ are simulated; it can be run as it is.")
    typer.echo(f"Put your own exports there, and what they are into experiment.toml, {tables}.")
    typer.echo(f"Then: mgassay check {folder}, and mgassay run {folder}")


def check_new(folder: Path) -> None:
    """Raises UsageError for a name that is no id, and where the folder is there: nothing is ever written over files."""
    from mgassay.readers.paths import ID, ID_RULE

    if not ID.fullmatch(name := folder.resolve().name):
        raise UsageError(f"“{visible(name)}” cannot be the name of an experiment: {ID_RULE}")
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} exists already; {NOT_OVER}")


def check(
    folder: Annotated[Path, typer.Argument(help="an experiment folder")],
    as_json: Annotated[
        bool, typer.Option("--json", help="print problems alone, one JSON object per line, for other programs")
    ] = False,
) -> None:
    """Read and map everything, fit the curves, find wells in photographs, list all problems; nothing is written."""
    if not folder.is_dir():
        raise UsageError(f"check: there is no folder {folder}")
    if inside := experiments_below(folder):
        first = f"mgassay check {folder / inside[0]}"
        raise UsageError(f"check: {folder} is no experiment; it holds {listed(inside)}. One is checked by: {first}")
    problems, understood = looked_over(folder)
    if as_json:
        for problem in problems:
            typer.echo(json.dumps(asdict(problem), ensure_ascii=False))
    else:
        typer.echo(visible(understood), nl=bool(understood))
        print_problems(problems)
        worst = next((s for s in ("error", "warning") if problems.count(s)), "good")
        typer.echo(f"{folder.resolve().name}: {coloured(counted(problems), worst, sys.stdout)}")
    if problems.count("error"):
        raise typer.Exit(1)


def looked_over(folder: Path) -> tuple[Problems, str]:
    """All problems of a folder that show without measuring images, and what was understood of it, in words."""
    from mgassay.readers.folder import read_experiment
    from mgassay.readers.shelf import as_kept
    from mgassay.report.understood import understood_text

    problems = Problems()
    experiment = read_experiment(folder, problems)
    if experiment is None:
        return problems, ""
    made = check_data(folder, experiment, problems)
    found = as_kept(folder, problems).confirmed({f.file: f.confirm for f in experiment.files})
    return found, understood_text(experiment, made, found)


def check_data(folder: Path, experiment: "Experiment", problems: Problems) -> "Mapping[str, pd.DataFrame]":
    """The tables of the reading stage, once curves were fitted, photographs looked at and arms found."""
    from mgassay.assays.images.photographs import placed_wells
    from mgassay.assays.plates.plates import quantify_plates
    from mgassay.effects.contrasts.arms import check_arms
    from mgassay.effects.contrasts.donors_grown import check_donors
    from mgassay.readers.folder import is_doubtful
    from mgassay.readers.reading import read_folder

    made = read_folder(folder, experiment, problems).tables
    quantify_plates(experiment, made["wells"], problems)
    placed_wells(experiment, made["image_files"], partial(opened, folder), problems)
    contrast_is_wrong = any(p.code in ("MG010", "MG011", "MG012", "MG097") for p in problems)
    if not is_doubtful("conditions", problems) and not contrast_is_wrong:  # or arms would be missed that were grown
        check_arms(experiment, problems)
        check_donors(experiment, [made["wells"], made["image_files"]], problems)
    return made


def readers() -> None:
    """List the raw files that can be read, by whom, and on what each reader was tried."""
    from mgassay.readers.images.formats import FORMATS
    from mgassay.readers.registry import all_readers

    for kind, title in (("plate", "Plates"), ("qPCR", "qPCR"), ("vendors", "By allotropy, where it is set up")):
        held = [r for r in all_readers() if r.kind == kind]
        typer.echo(f"{title}\n" + "".join(f"  {r.name:24} {r.title} ({r.evidence})\n" for r in held))
    images = (f"  {f.name:24} {f'extra {f.extra}' if f.extra else 'core'} ({f.evidence})\n" for f in FORMATS)
    typer.echo("Images, one field in colour each\n" + "".join(images))
    typer.echo("`table` in the column reader: values measured elsewhere, as condition, donor, rep, value, unit")


def simulate(
    folder: Annotated[Path, typer.Argument(help="the experiment folder to make; its name is the experiment's id")],
    seed: Annotated[int, typer.Option(help="seed of the random numbers", min=0)],
    donors: Annotated[int, typer.Option(help="number of donors", min=1, max=99)] = 4,
    total: Annotated[float, typer.Option(help="T, natural log")] = 1.4,
    blocked: Annotated[float, typer.Option(help="B, natural log")] = 0.6,
    acellular: Annotated[float, typer.Option(help="A, natural log")] = 0.3,
    rho: Annotated[
        float | None, typer.Option(help="what is left of Mg entry under block; without it, not measured")
    ] = None,
) -> None:
    """Make an experiment of known truth: plates, images, qPCR, layouts and truth.toml."""
    check_new(folder)
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    truth = Truth(donors=donors, total=total, blocked=blocked, acellular=acellular, rho=rho)
    for name, content in simulate_experiment(truth, seed, folder.resolve().name).items():
        store.write_bytes(folder / name, content)
    typer.echo(folder)
