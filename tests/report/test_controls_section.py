"""Controls beside cells: what stands there, and what is missing is said."""

from mgassay.design import arms_of_blocks
from mgassay.report.controls_section import CELLS, NO_CELLS, NO_PHOSPHATE, control_roles, controls_pieces, donor_means
from mgassay.report.rows import tables_of


def pieces(hand, made):
    experiment = hand.make_experiment()
    return controls_pieces(hand.make_verdict(), tables_of(experiment, made), experiment)


def control_wells(value):
    """Wells in control medium, which nobody else of the hand-made plate has."""
    return {"assay": "calcium", "readout": "calcium_per_well", "plate": "P1", "condition": "control", "donor": "D1",
            "rep": "1", "value": value, "unit": "ug/well"}  # fmt: skip


def test_controls_come_first_and_say_what_they_are(hand):
    experiment = hand.make_experiment()
    arms = next(a for a in arms_of_blocks(experiment) if a.name == "siTRPM7")
    roles = control_roles(experiment, arms)
    assert [kind for kind, _ in roles.values()] == [NO_PHOSPHATE, NO_CELLS, NO_CELLS, CELLS, CELLS, CELLS, CELLS]
    others = [a for a in arms_of_blocks(experiment) if a.name == "2-APB"]
    beside = control_roles(experiment, arms, others)
    assert beside["ca_mg08"] == (CELLS, "2-APB's control, 0.8 mM Mg²⁺")
    assert {**roles, "ca_mg08": beside["ca_mg08"], "ca_mg20": beside["ca_mg20"]} == beside
    assert roles["scr_mg20"][1] == "entry intact, 2 mM Mg²⁺"
    assert roles["control"][1] == "no phosphate added, cells"


def test_the_table_has_the_mean_over_donors_of_what_was_read(hand):
    """By hand: 1 and 3 are 2 in the one donor."""
    rows = [*hand.amounts(), control_wells(1.0), control_wells(3.0)]
    (drawing,) = pieces(hand, hand.with_rows("amounts", rows))
    assert drawing.listing.rows[0] == ("control", "no phosphate added, cells", "1", "2.00", "2.00", "2.00")
    assert len(drawing.listing.rows) == 9
    assert "no phosphate added, cells: 2.00" in drawing.svg


def test_a_well_above_the_curve_is_not_dropped_and_makes_the_mean_a_least(hand):
    """Top of the range 9: (1 + 9) / 2 is 5, at least; without that well it would be 1."""
    above = {**control_wells(None), "limit": 9.0, "flag": "saturated;above_curve"}
    (drawing,) = pieces(hand, hand.with_rows("amounts", [*hand.amounts(), control_wells(1.0), above]))
    assert drawing.listing.rows[0][2:] == ("1", "≥ 5.00", "≥ 5.00", "≥ 5.00")
    lost = {**control_wells(None), "flag": "no_protein"}
    (drawing,) = pieces(hand, hand.with_rows("amounts", [*hand.amounts(), control_wells(1.0), lost]))
    assert drawing.listing.rows[0][3] == "1.00"


def test_a_control_that_was_not_run_is_said(hand):
    warned, _ = pieces(hand, hand.make_tables())
    assert (warned.tone, warned.text) == ("warning", "Not run for this readout: no phosphate added.")
    live = [a for a in hand.amounts() if not a["condition"].startswith("acell")]
    warned, _ = pieces(hand, hand.with_rows("amounts", live))
    assert warned.text == "Not run for this readout: no phosphate added and no cells."


def test_without_amounts_there_is_nothing(hand):
    assert pieces(hand, {}) == []
    assert donor_means(tables_of(hand.make_experiment(), {}), "calcium").empty
