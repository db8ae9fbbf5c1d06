from mgassay.report.report_input import ReportInput


def test_a_report_can_be_made_of_tables_alone():
    given = ReportInput(None, {}, {}, {})
    assert (given.thumbnails, given.outlines, given.overlays, given.miqe) == ({}, {}, {}, ())
