import re

import pytest

from mgassay.errors import ContractError
from mgassay.flags import FLAGS, join_flags


def test_flags_are_joined_in_one_order_each_once():
    assert join_flags("floor", "", "above_curve;floor", "below_lod") == "above_curve;below_lod;floor"
    assert join_flags() == join_flags("", "") == ""


def test_a_flag_that_is_not_in_the_list_is_our_bug():
    with pytest.raises(ContractError, match="abovecurve"):
        join_flags("abovecurve")


def test_the_list_of_flags_holds_the_contracts_and_can_be_joined():
    named = "above_curve below_lod below_loq saturated masked excluded no_background no_protein uncalibrated clipped"
    named += " out_of_focus duplicate undetermined outlier floor proxy_rho discordant_blocks"
    assert set(named.split()) <= set(FLAGS)
    assert len(set(FLAGS)) == len(FLAGS)
    assert all(re.fullmatch(r"[a-z_]+", flag) for flag in FLAGS)
