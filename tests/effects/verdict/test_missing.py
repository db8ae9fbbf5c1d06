from mgassay.design import arms_of_blocks
from mgassay.effects.verdict.missing import missing_arms

ALL = frozenset({"mg_measured", "acellular"})


def blocks(lab, *names):
    pairs = {
        "siTRPM7": [lab.condition(f"{n}_{m}", mg, sirna=s) for n, s in (("scr", "scramble"), ("si", "TRPM7"))
                    for m, mg in (("08", 0.8), ("20", 2.0))],
        "2-APB": [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i in (("ca", "none"), ("apb", "2-APB"))
                  for m, mg in (("08", 0.8), ("20", 2.0))],
        "": [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)],
    }  # fmt: skip
    return arms_of_blocks(lab.experiment([row for name in names for row in pairs[name]]))


def test_a_full_design_misses_nothing(lab):
    found = blocks(lab, "siTRPM7", "2-APB")
    assert missing_arms(ALL, found[0], found) == []


def test_each_arm_that_an_a_needs_is_named(lab):
    sirna, apb, plain = blocks(lab, "siTRPM7"), blocks(lab, "2-APB"), blocks(lab, "")
    assert missing_arms(frozenset(), sirna[0], sirna) == ["second block of Mg entry", "intracellular Mg", "acellular"]
    assert missing_arms(ALL, apb[0], apb) == ["TRPM7 siRNA"]
    assert missing_arms(ALL, plain[0], plain) == ["TRPM7 siRNA", "second block of Mg entry"]
    assert missing_arms(ALL | {"no_background"}, sirna[0], sirna)[-1] == "no-Pi background"


def test_an_arm_without_values_comes_before_all_others(lab):
    found = blocks(lab, "siTRPM7", "2-APB")
    run = {"scr_08", "scr_20", "si_08"}
    assert missing_arms(ALL, found[0].held_to(run), found) == ["siTRPM7 at raised Mg"]


def test_blocks_that_were_not_compared_want_the_same_donors(lab):
    found, held = blocks(lab, "siTRPM7", "2-APB"), ALL | {"blocked_run"}
    wanted = ["second block of Mg entry in the same donors"]
    assert missing_arms(held, found[0], found, compared=False) == wanted
    assert missing_arms(held, found[0], found) == []
    sirna = blocks(lab, "siTRPM7")
    assert missing_arms(held, sirna[0], sirna, compared=False) == ["second block of Mg entry"]
    assert missing_arms(ALL, found[0], found, compared=False) == []  # T - B itself comes first


def test_without_mineral_that_comes_first(lab):
    found = blocks(lab, "siTRPM7", "2-APB")
    assert missing_arms(ALL, found[0], found, measured=False) == ["mineral readout"]


def test_too_few_donors_come_before_all_arms(lab):
    found = blocks(lab, "siTRPM7", "2-APB")
    assert missing_arms(ALL, found[0], found, few=True) == ["three donors"]
    assert missing_arms(frozenset(), found[0], found, measured=False, few=True)[:2] == [
        "three donors",
        "mineral readout",
    ]


def test_wells_without_cells_that_were_run_are_not_asked_for_where_mineral_is_what_lacks(lab):
    """Of ALP alone: what the declared acellular arm lacks is a mineral readout, not wells."""
    found = arms_of_blocks(lab.sirna)
    assert "acellular" not in missing_arms(frozenset(), found[0], found, measured=False)
    assert "acellular" in missing_arms(frozenset(), found[0], found)
