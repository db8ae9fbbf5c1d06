"""Verbs over all experiments: the index page, and the gate that ends a run non-zero."""

from pathlib import Path
from typing import Annotated

import typer

from mgassay.cli.words import counted, print_problems

Results = Annotated[Path, typer.Argument(help="the folder that holds one folder of results per experiment")]
Names = Annotated[list[str], typer.Argument(help="experiment ids")]


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(overview)
    app.command()(gate)


def overview(results: Results, experiments: Names) -> None:
    """Write index.html, summary.csv, summary_shares.csv and summary_plates.csv over all experiments."""
    from mgassay import store, tables
    from mgassay.assays.quality.control_chart import control_chart
    from mgassay.report.index import index_page, summary_row

    states = (tables.EFFECTS, tables.SHARES, tables.PROBLEMS, tables.PLATE_QUALITY)
    rows, shares, quality = [], {}, {}
    for name in experiments:
        held = {s.name: store.read_table(results / name / "tables", s) for s in states}
        verdict = store.read_json(results / name / "verdict.json")
        title = store.read_title(results / name / "parts" / "experiment.json")
        rows.append(summary_row(name, title, verdict, held))
        shares[name], quality[name] = held["shares"], held["plate_quality"]
    plates = control_chart(quality)
    summary = tables.SUMMARY.frame(rows)
    store.write_table(results, tables.SUMMARY, summary)
    store.write_table(results, tables.SUMMARY_SHARES, tables.SUMMARY_SHARES.frame())
    store.write_table(results, tables.SUMMARY_PLATES, plates)
    store.write_text(results / "index.html", index_page(summary, shares, plates))


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
