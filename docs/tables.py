"""Writes docs/tables.md: every column of every table of the results, from the code (`make pages`)."""

from pathlib import Path

from mgassay import tables
from mgassay.report.exports.table_words import TABLES, column_told

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# Columns of every table

Written by `docs/tables.py` from the code; the words are those of the workbook in `export/`. The tables lie in
`results/<id>/tables/` as csv, UTF-8, in the order of this page. What is not known is an empty cell. [The
contract](contract.md) says how tables belong together, and what the summaries over all experiments hold.
"""
KINDS = {"text": "text", "number": "number", "integer": "whole number", "truth": "`true` or `false`"}


def section(table: tables.Table) -> str:
    """One table."""
    lines = [f"## `{table.name}.csv`", "", f"{TABLES[table.name][0].upper()}{TABLES[table.name][1:]}.", ""]
    lines += ["| column | kind | unit | holds |", "|---|---|---|---|"]
    for column, kind in table.columns.items():
        unit, words = column_told(table.name, column)
        lines.append(
            f"| `{column}` | {KINDS[kind]} | {unit} | {words} |".replace("<", r"\<").replace(
                "joined by |", r"joined by \|"
            )
        )
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return "\n\n".join([HEAD.rstrip(), *map(section, tables.RESULT_TABLES)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
