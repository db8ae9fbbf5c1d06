"""Verbs over all experiments: the index page, and the gate that ends a run non-zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgassay.cli.words import counted, print_problems

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.effects.across.answers import Answer

Results = Annotated[Path, typer.Argument(help="the folder that holds one folder of results per experiment")]
Names = Annotated[list[str], typer.Argument(help="experiment ids")]


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(overview)
    app.command()(gate)


def overview(
    results: Results,
    experiments: Names,
    own_donors: Annotated[
        bool,
        typer.Option("--own-donors", help="donors of the same name in different experiments are different people"),
    ] = False,
) -> None:
    """Write index.html and the summaries over all experiments: verdicts, pooled shares, plates."""
    from mgassay import store, tables
    from mgassay.assays.quality.control_chart import control_chart
    from mgassay.effects.across.pooled import pooled_shares
    from mgassay.report.index import index_page

    read = partial(store.read_table_of_each, results, experiments)
    states = (tables.MEANS, tables.EFFECTS, tables.SHARES, tables.PROBLEMS)
    held = {state.name: read(state) for state in states}
    found = [one_experiment(results, name, {s: of[name] for s, of in held.items()}) for name in experiments]
    summary = tables.SUMMARY.frame([one.row for one in found])
    pooled = pooled_shares((answer for one in found for answer in one.answers), own_donors=own_donors)
    plates = control_chart(read(tables.PLATE_QUALITY))
    made = (summary, *pooled, plates)
    asked = (tables.SUMMARY, tables.SUMMARY_SHARES, tables.SUMMARY_POOLED, tables.SUMMARY_PLATES)
    for state, table in zip(asked, made, strict=True):
        store.write_table(results, state, table)
    shares = {one.name: one.shares for one in found}
    store.write_text(results / "index.html", index_page(summary, shares, plates, pooled))


@dataclass(frozen=True)
class Summarised:
    """One experiment as the overview needs it: its row of SUMMARY, its answers, its own shares."""

    name: str
    row: "dict[str, object]"
    answers: "list[Answer]"
    shares: "pd.DataFrame"


def one_experiment(results: Path, name: str, held: "Mapping[str, pd.DataFrame]") -> Summarised:
    """One experiment from its tables, verdict and question; one with something to mend has no answers."""
    from mgassay import store
    from mgassay.effects.across.answers import answers_of, declared_question, may_pool
    from mgassay.report.index import summary_row

    verdict = store.read_json(results / name / "verdict.json")
    experiment = store.read_question(results / name / "parts" / "experiment.json")
    asked = declared_question(experiment, held)
    title = experiment.settings.experiment.title if experiment else ""
    row = summary_row(name, title, verdict, asked)
    answers = answers_of(experiment, asked["means"], asked["shares"]) if experiment and may_pool(verdict, held) else []
    return Summarised(name, row, answers, asked["shares"])


def gate(results: Results, experiments: Names) -> None:
    """Say what each experiment needs mended; exit 1 when any has an error."""
    from mgassay import store

    broken = []
    for name in experiments:
        problems = store.read_problems([results / name / "tables"])
        if problems.count("error"):
            broken.append(name)
        if len(problems):
            typer.echo(f"{name}: {counted(problems)}", err=True)
            print_problems(p for p in problems if p.severity != "notice")
        typer.echo(results / name / "report.html")
    if broken:
        typer.echo(f"To mend before the numbers can be trusted: {', '.join(broken)}", err=True)
        raise typer.Exit(1)
