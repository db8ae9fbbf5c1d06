"""The verb for media: what each holds at equilibrium, and what each Mg step equals."""

from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli.words import print_problems
from mgassay.errors import UsageError
from mgassay.problems import Problems


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(chemistry)


def chemistry(
    source: Annotated[Path, typer.Argument(help="an experiment folder, or a table of conditions")],
    csv: Annotated[bool, typer.Option("--csv", help="print chemistry.csv instead of words")] = False,
) -> None:
    """Say what each condition's medium holds before it meets a cell, and what each Mg step equals."""
    from mgassay import tables
    from mgassay.chemistry.speciation import chemistry_from_conditions
    from mgassay.readers.planned import read_media
    from mgassay.report.chemistry_rows import media_of, steps_in
    from mgassay.report.chemistry_words import chemistry_text
    from mgassay.report.rows import tables_of

    if not source.exists():
        raise UsageError(f"chemistry: there is no {source}")
    problems = Problems()
    experiment = read_media(source, problems)
    made = chemistry_from_conditions(experiment, problems) if experiment else {}
    if experiment and not len(made["chemistry"]) and not problems.count("error"):
        problems.add("MG809", file=source.name)
    if experiment and len(made["chemistry"]) and csv:
        typer.echo(tables.CHEMISTRY.check(made["chemistry"]).to_csv(index=False, lineterminator="\n"), nl=False)
    elif experiment and len(made["chemistry"]):
        media = media_of(tables_of(experiment, made), experiment)
        typer.echo(chemistry_text(media, steps_in(media)))
    print_problems(problems)
    if problems.count("error"):
        raise typer.Exit(1)
