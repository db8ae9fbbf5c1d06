"""The verb that hands results on to other programs."""

import typer

from mgassay.cli.stages import Results, as_it_stands


def register(app: typer.Typer) -> None:
    """Adds this file's verb to the command line."""
    app.command()(export)


def export(results: Results) -> None:
    """Results to files for other programs: workbook, Prism, tables to paste, figures, methods, RO-Crate."""
    from mgassay import store, tables
    from mgassay.report.exports.handed_on import OVERLAYS, Finished, handed_files

    store.remove_half_written(results)
    experiment = store.read_experiment(results / "parts" / "experiment.json")
    verdict, held = as_it_stands(results, store.read_tables(results / "tables", *tables.RESULT_TABLES))
    finished = Finished(
        name=experiment.id if experiment else results.resolve().name,
        experiment=experiment,
        tables=held,
        verdict=verdict,
        provenance=store.read_json(results / "provenance.json"),
        page=store.read_text(results / "report.html"),
        results=store.file_hashes(results, "parts", "logs", "export"),
        exported=store.file_hashes(results / "export", OVERLAYS),
    )
    if (held["problems"]["severity"] == "error").any():
        store.remove_written(results, "report")  # of results that were edited since, too
    store.write_exports(results, "export", handed_files(finished))
