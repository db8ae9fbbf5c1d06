from mgassay.report.qpcr_words import efficiency_source


def test_a_source_that_is_not_known_stays_as_it_is():
    assert [efficiency_source(s) for s in ("given", "assumed", "series, not used", "guess", "")] == [
        "given by the laboratory", "assumed, not measured", "dilution series, not used", "guess", ""]  # fmt: skip
