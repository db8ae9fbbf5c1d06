import pytest

from mgassay.chemistry.media import basal_media, basal_medium, known_names


@pytest.mark.parametrize("name", ["DMEM", "dmem", "Dulbecco's Modified Eagle's Medium"])
def test_a_medium_is_found_by_any_of_its_names(name):
    assert basal_medium(name).id == "dmem"


def test_names_that_differ_in_hyphens_and_case_are_one_and_others_none():
    assert {basal_medium(n).id for n in ("alpha-MEM", "α-MEM", "aMEM", "MEM alpha")} == {"alpha_mem"}
    assert basal_medium("M199").id == "m199"
    assert basal_medium("MEM").id == "mem"
    assert basal_medium("broth") is None
    assert basal_medium("") is None


def test_no_name_is_of_two_media_and_unchecked_recipes_say_so():
    names = [n.casefold() for m in basal_media().values() for n in m.names]
    assert len(set(names)) == len(names)
    assert all(not m.source.verified and m.source.why for m in basal_media().values())
    assert len(known_names()) == len(basal_media())


def test_recipe_of_dmem_is_that_of_the_golden_runs(bench):
    salts = basal_medium("DMEM").salts
    assert (salts.NaCl, salts.KCl, salts.MgSO4, salts.NaHCO3, salts.NaH2PO4) == (110.34, 5.33, 0.814, 44.05, 0.906)
