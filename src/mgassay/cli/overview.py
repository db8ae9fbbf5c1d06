"""Verbs over all experiments: the index page, and the gate that ends a run non-zero."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgassay.cli.stages import as_it_stands, problems_now
from mgassay.cli.words import counted, print_problems
from mgassay.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.effects.across.answers import Answer
    from mgassay.report.glance import Glance

AT_ONCE = 50  # experiments whose tables are held together: reading them one by one costs 20 times as much
Results = Annotated[Path, typer.Argument(help="the folder that holds one folder of results per experiment")]
Names = Annotated[list[str] | None, typer.Argument(help="experiment ids")]
Ids = Annotated[
    typer.FileText | None,
    typer.Option("--ids", encoding="utf-8", help="a file with one experiment id per line, where they are many"),
]


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(overview)
    app.command()(gate)


def overview(
    results: Results,
    experiments: Names = None,
    ids: Ids = None,
    own_donors: Annotated[
        bool,
        typer.Option("--own-donors", help="donors of the same name in different experiments are different people"),
    ] = False,
) -> None:
    """Write index.html and the summaries over all experiments: verdicts, pooled shares, plates."""
    from mgassay import store, tables
    from mgassay.assays.quality.control_chart import control_chart, in_order_of_date, with_curves
    from mgassay.effects.across.pooled import pooled_shares
    from mgassay.report.index import index_page

    names = named(experiments, ids)
    store.remove_half_written(results, below=False)
    found = list(summarised(results, names))
    summary = tables.SUMMARY.frame([one.row for one in found])
    pooled = pooled_shares((answer for one in found for answer in one.answers), own_donors=own_donors)
    glances = {one.name: one.glance for one in found}
    dates = {name: glance.date for name, glance in glances.items()}
    quality, curves = (store.read_table_of_each(results, names, s) for s in (tables.PLATE_QUALITY, tables.CURVES))
    plates = control_chart(in_order_of_date(with_curves(quality, curves), dates))
    made = (summary, *pooled, plates)
    asked = (tables.SUMMARY, tables.SUMMARY_SHARES, tables.SUMMARY_POOLED, tables.SUMMARY_PLATES)
    for state, table in zip(asked, made, strict=True):
        store.write_table(results, state, table)
    store.write_text(results / "index.html", index_page(summary, glances, plates, pooled))


def named(experiments: list[str] | None, ids: typer.FileText | None) -> list[str]:
    """The experiments that the command line or the file of ids names, each once; UsageError where there is none."""
    found = [*(experiments or ()), *(line.strip() for line in ids or ())]
    if not any(found):
        raise UsageError("no experiment is named: give their ids, or --ids FILE with one per line")
    return [name for name in dict.fromkeys(found) if name]


@dataclass(frozen=True)
class Summarised:
    """One experiment as the overview needs it: its row of SUMMARY, its answers, and what it is at a glance."""

    name: str
    row: "dict[str, object]"
    answers: "list[Answer]"
    glance: "Glance"


def summarised(results: Path, names: list[str]) -> Iterator[Summarised]:
    """The experiments one after the other, their tables read AT_ONCE at a time and let go again."""
    from mgassay import store, tables

    states = (tables.MEANS, tables.EFFECTS, tables.SHARES, tables.CURVES, tables.PROBLEMS)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        held = {state.name: store.read_table_of_each(results, some, state) for state in states}
        for name in some:
            yield one_experiment(results, name, {s: of[name] for s, of in held.items()})


def one_experiment(results: Path, name: str, held: "Mapping[str, pd.DataFrame]") -> Summarised:
    """One experiment from its tables, verdict and question; one with something to mend has no answers."""
    from mgassay import store
    from mgassay.effects.across.answers import answers_of, declared_question, may_pool
    from mgassay.report.glance import glance_of, summary_row

    verdict, held = as_it_stands(results / name, held)
    experiment = store.read_question(results / name / "parts" / "experiment.json")
    asked = declared_question(experiment, held)
    title = experiment.settings.experiment.title if experiment else ""
    row = summary_row(name, title, verdict, asked)
    answers = answers_of(experiment, asked["means"], asked["shares"]) if experiment and may_pool(verdict, held) else []
    return Summarised(name, row, answers, glance_of(experiment, verdict, asked))


def gate(results: Results, experiments: Names = None, ids: Ids = None) -> None:
    """Say what each experiment needs mended; exit 1 when any has an error."""
    broken = []
    for name in named(experiments, ids):
        problems = problems_now(results / name)
        if problems.count("error"):
            broken.append(name)
        if len(problems):
            typer.echo(f"{name}: {counted(problems)}", err=True)
            print_problems(p for p in problems if p.severity != "notice")
        typer.echo(results / name / "report.html")
    if broken:
        typer.echo(f"To mend before the numbers can be trusted: {', '.join(broken)}", err=True)
        raise typer.Exit(1)
