"""What the lab writes: the columns of the design (section 3), and the one door to them."""

import pytest

from mgassay import input_tables, tables

# Typed out from the design, not from the code; further columns are named by a [[step]] or [[block]].
CONDITIONS = (
    "condition medium mg_mM inhibitor inhibitor_uM sirna cells comparator modulator co2_percent mg_salt albumin_uM"
    " atp_uM ppi_uM nh4_mM day mg_from_day ca_mM pi_mM bgp_mM hco3_mM pH serum_percent basal_medium label order"
)
LAYOUT = "role condition donor rep standard dilution target sample"


def test_columns_are_those_of_the_design():
    assert set(input_tables.CONDITIONS.columns) == set(CONDITIONS.split())
    assert set(input_tables.LAYOUT.columns) == {"well", *LAYOUT.split()}
    assert list(input_tables.SAMPLES.columns) == ["sample", "condition", "donor", "rep"]


@pytest.mark.parametrize("name", ["CONDITIONS", "LAYOUT", "SAMPLES", "IMAGE_FILES"])
def test_tables_hands_them_on(name):
    assert getattr(tables, name) is getattr(input_tables, name)
