from mgassay.readers.reader import NOTHING, known_lines


def test_no_known_line_matches_nothing():
    assert known_lines(()) is NOTHING
    assert not NOTHING.match("Date")


def test_known_lines_ignore_case():
    assert known_lines((r"plate number$", r"date")).match("DATE: 1")
    assert not known_lines((r"plate number$",)).match("Plate Number 3")
