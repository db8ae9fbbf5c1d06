"""Every column that a lab may fill in has its note."""

import pytest

from mgassay import tables
from mgassay.readers.layouts import COLUMNS
from mgassay.readers.rawfiles import OWN_COLUMNS
from mgassay.simulate import column_notes


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("conditions", tables.CONDITIONS.columns),
        ("files", OWN_COLUMNS),
        ("samples", tables.SAMPLES.columns),
        ("layout_P1", ("well", *COLUMNS)),
    ],
)
def test_no_column_lacks_a_note_and_no_note_its_column(table, columns):
    assert set(column_notes.notes_of(table)) == set(columns)


def test_notes_are_sentences():
    for table in ("conditions", "files", "samples", "layout_P1"):
        assert all(note.endswith((".", "...")) for note in column_notes.notes_of(table).values())
