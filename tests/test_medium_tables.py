"""The tables of medium chemistry are those that `tables` hands on."""

from mgassay import medium_tables, tables


def test_tables_hands_them_on():
    for name in ("CHEMISTRY", "MEDIUM_SPECIES", "PASSIVE_EXPECTED"):
        assert getattr(tables, name) is getattr(medium_tables, name)
        assert getattr(medium_tables, name) in tables.RESULT_TABLES


def test_what_was_measured_stands_beside_what_is_expected():
    columns = list(medium_tables.PASSIVE_EXPECTED.columns)
    assert columns.index("measured") > columns.index("ci_high")
    assert {"pi_mM", "pi_equivalent_mM", "n_donors", "flag"} <= set(columns)
