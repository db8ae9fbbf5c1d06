from mgassay import flags, tables
from mgassay.report import labels


def test_every_flag_and_every_well_role_has_words():
    assert set(labels.FLAGS) == set(flags.FLAGS)
    assert set(labels.ROLES) == set(tables.WELL_ROLES)


def test_roles_are_told_apart_by_sign():
    signs = [sign for sign, _ in labels.ROLES.values()]
    assert len(set(signs)) == len(signs)


def test_what_is_not_known_is_printed_as_it_stands():
    assert labels.readout("new_readout") == "new readout"
    assert labels.flags("floor;brand_new") == f"{labels.FLAGS['floor']}; brand new"
    assert labels.unit("kat") == "kat"
    assert labels.block("") == "entry intact"
