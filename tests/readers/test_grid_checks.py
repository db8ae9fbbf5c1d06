import pytest

from mgassay.readers.grid_checks import column_run, heads_grid


@pytest.mark.parametrize(
    ("cells", "run"),
    [
        (["", "Reading:", "", "1", "", "1", "2", "3"], (5, (1, 2, 3))),
        (["x", "12", "13"], (1, (12, 13))),
        (["x", "47", "48", "49"], (1, (47, 48))),
        (["x", "1"], None),
        (["x", "0.1", "0.2"], None),
    ],
)
def test_runs_of_column_numbers(cells, run):
    assert column_run(cells) == run


@pytest.mark.parametrize(
    ("cells", "is_header"),
    [
        (["", "1", "2"], True),
        (["<>", "01", "02", "03"], True),
        (["B", "1", "2"], False),  # readings that look like column numbers
        (["1", "2"], False),
        (["Mean", "0.1", "0.2"], False),
    ],
)
def test_a_header_of_column_numbers_has_no_letter_before_them(cells, is_header):
    assert heads_grid(cells) is is_header
