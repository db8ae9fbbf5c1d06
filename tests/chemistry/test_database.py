from mgassay.chemistry.constants import constant_sets, solids
from mgassay.chemistry.database import bare_ions, database_text, phase_name


def test_a_database_holds_every_ion_species_and_solid_of_its_set():
    for chosen in constant_sets().values():
        lines = database_text(chosen).splitlines()
        for one in chosen.species:
            assert lines.count(one.reaction) == 1
        for solid in solids().values():
            assert phase_name(solid.key) in lines
            assert f" {solid.reaction}" in lines
        assert all(f"{ion} = {ion}" in lines for ion in bare_ions())
        assert "CO2(g)" in lines


def test_activities_are_those_of_the_set():
    """phreeqc.dat gives calcium 5 angstrom and b = 0.165; MINTEQ leaves it to Davies."""
    assert " -gamma 5.0 0.165" in database_text(constant_sets()["phreeqc"])
    ours, theirs = (database_text(constant_sets()[n]) for n in ("phreeqc", "minteq4"))
    after = [text.split("Ca+2 = Ca+2\n log_k 0\n")[1].split("\n")[0] for text in (ours, theirs)]
    assert after[0] == " -gamma 5.0 0.165"
    assert not after[1].startswith(" -gamma")
