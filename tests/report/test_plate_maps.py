import dataclasses

from mgassay.report.page import templates
from mgassay.report.plate_maps import PlateMaps, amounts_by_well, map_pieces, plate_maps, unit_of_plate
from mgassay.report.rows import Tables


def wells_of(plate_map):
    return {f"{letter}{c}": w for letter, row in plate_map.rows for c, w in zip(plate_map.columns, row, strict=True)}


def all_maps(tables, hand):
    return plate_maps(Tables(tables, 0.8, 2.0), list(hand.make_experiment().conditions["condition"]))


def maps(tables, hand):
    """Those of plates with a standard curve."""
    return [m for m in all_maps(tables, hand) if m.title.startswith("Calcium")]


def test_a_well_tells_what_it_is_and_where_it_was_read(hand):
    (found,) = maps(hand.make_tables(), hand)
    wells = wells_of(found)
    assert found.title == "Calcium, plate P1, A575, 575 nm"
    assert wells["B1"].mark == "◆10"
    assert wells["B1"].told == "B1: standard, standard 10, reads 0.07 (from raw/P1.txt, line 11)"
    assert wells["A4"].mark == "b1"  # the second condition of conditions.csv, rep 1
    assert "sample, ca_mg08, donor D1, rep 1" in wells["A4"].told
    assert ("b", "ca_mg08") in found.legend
    assert wells["A2"] is None


def test_flagged_wells_are_ringed_and_the_highest_is_darkest(hand):
    wells = {k: w for k, w in wells_of(maps(hand.make_tables(), hand)[0]).items() if w}
    assert [k for k, w in wells.items() if w.ringed] == ["A4"]
    assert "below the limit of quantification" in wells["A4"].told
    assert max(w.shade for w in wells.values()) == 1.0


def test_what_could_not_be_read_is_not_a_number(hand):
    _, wells = hand.plate()
    wells = [{**w, "status": "above", "value": None} if w["well"] == "D1" else w for w in wells]
    found = wells_of(maps({**hand.make_tables(), **hand.with_rows("wells", wells)}, hand)[0])
    assert (found["D1"].value, found["D1"].ringed) == ("above", True)


def test_a_kinetic_plate_has_a_few_maps_and_says_so(hand):
    _, wells = hand.plate()
    reads = [{**w, "read_index": i} for i in range(1, 8) for w in wells]
    found = maps(hand.with_rows("wells", reads), hand)
    assert len(found) == 3
    assert found[-1].note == "4 more reads of this plate are in wells.csv."


def test_rows_beyond_z_and_letters_that_are_no_digits(hand):
    _, wells = hand.plate()
    named = [{**w, "well": "AA1", "condition": f"c{i}", "role": "sample"} for i, w in enumerate(wells[:1])]
    (found,) = maps(hand.with_rows("wells", named), hand)
    assert found.rows[-1][0] == "AA"
    assert not {"i", "l", "o"} & {mark for mark, _ in maps(hand.make_tables(), hand)[0].legend}


def with_amounts(hand):
    """Two reps of one condition and donor, 12 and 8 ug: 20 % above and below their mean; a third below the LOQ."""
    from mgassay import tables

    _, wells = hand.plate()
    common = {"assay": "calcium", "plate": "P1", "condition": "ca_mg08", "donor": "D1", "unit": "ug/well"}
    rows = [
        {**common, "readout": "calcium_per_well", "well": w, "rep": rep, "value": v}
        for w, rep, v in (("A4", "1", 12.0), ("B1", "2", 8.0))
    ]
    quotient = {**common, "readout": "calcium", "well": "A4", "rep": "1", "value": 500.0}
    made = {**hand.make_tables(), **hand.with_rows("amounts", [*rows, quotient])}
    named = {"A4": "1", "B1": "2"}
    made["wells"] = tables.WELLS.frame(
        {**w, "role": "sample", "condition": "ca_mg08", "donor": "D1", "rep": named[w["well"]], "standard": None}
        if w["well"] in named else w for w in wells
    )  # fmt: skip
    return made


def test_the_second_face_shows_how_far_a_well_lies_from_its_like(hand):
    found = wells_of(maps(with_amounts(hand), hand)[0])
    assert [(found[w].deviation.replace("\N{NARROW NO-BREAK SPACE}", " "), found[w].tilt) for w in ("A4", "B1")] == [
        ("+20 %", 0.67), ("−20 %", -0.67)
    ]  # fmt: skip
    assert found["A4"].told.endswith("20\N{NO-BREAK SPACE}% above the mean of wells that hold the same")
    assert found["B1"].told.endswith("20\N{NO-BREAK SPACE}% below the mean of wells that hold the same")
    assert {w.deviation for name, w in found.items() if w and name not in ("A4", "B1")} == {""}
    assert "away" in PlateMaps(tuple(maps(with_amounts(hand), hand))).faces


def test_without_like_wells_there_is_no_second_face(hand):
    assert list(PlateMaps(tuple(maps(hand.make_tables(), hand))).faces) == [
        "reading", "sign", "condition", "donor", "amount",
    ]  # fmt: skip


def test_every_face_says_of_a_well_what_the_tables_say(hand):
    well = wells_of(maps(hand.make_tables(), hand)[0])["A4"]
    assert well.faces == {"reading": "0.1", "sign": "●", "condition": "ca_mg08", "donor": "D1", "amount": "20.1"}
    assert "amount 20.1 µg per well" in well.told


def test_an_amount_above_the_curve_is_called_a_bound_and_wells_of_one_amount_share_it(hand):
    common = {"assay": "calcium", "plate": "P1", "unit": "ug/well"}
    rows = [
        {**common, "well": "A4;B4", "value": None, "limit": 80.0, "flag": "above_curve"},
        {**common, "well": "C4", "value": 5.0},
        {**common, "well": "C4", "value": 7.0, "readout": "calcium"},
    ]
    held = Tables(hand.with_rows("amounts", rows), 0.8, 2.0)
    assert amounts_by_well(held, "calcium", "P1") == {"A4": "> 80.0", "B4": "> 80.0", "C4": "5.00"}
    assert unit_of_plate(held, "calcium", "P1") == "µg per well"
    assert amounts_by_well(held, "protein", "P1") == {}


def test_ringed_wells_are_counted_zero_too(hand):
    (found,) = maps(hand.make_tables(), hand)
    assert found.ringed == "1 well ringed"
    clean = {**hand.make_tables(), **hand.with_rows("amounts", [])}
    assert maps({**clean, "wells": hand.make_tables()["wells"]}, hand)[0].ringed == "0 wells ringed"


def test_no_wells_no_maps(hand):
    assert map_pieces(Tables({}, 0.8, 2.0), []) == []
    assert len(map_pieces(Tables(hand.make_tables(), 0.8, 2.0), [])) == 1


def test_the_first_map_of_a_plate_tells_its_quality(hand):
    _, wells = hand.plate()
    reads = [{**w, "read_index": i} for i in range(1, 3) for w in wells]
    row = {"assay": "calcium", "plate": "P1", "measure": "replicate_cv", "subject": "technical", "estimate": 3.0,
           "unit": "percent", "n": 4}  # fmt: skip
    other = {**row, "plate": "P2"}
    made = {**hand.with_rows("wells", reads), **hand.with_rows("plate_quality", [row, other])}
    made["wells"] = hand.with_rows("wells", reads)["wells"]
    first, second = maps(made, hand)
    assert len(first.quality.rows) == 1
    assert first.summary.startswith("Plate quality: technical CV 3.0")
    assert second.quality is None


def test_what_a_map_is_in_and_what_it_leaves_out_stand_outside_of_a_folded_key(hand):
    (found,) = maps(hand.make_tables(), hand)
    long = dataclasses.replace(
        found, legend=tuple((f"m{i}", f"c{i}") for i in range(13)), unit="mM", note="4 more reads are in wells.csv."
    )
    draw = templates().get_template("plates.html.j2").module.plate_map
    key, _, rest = draw(long, False).partition('<details class="key">')[2].partition("</details>")
    assert "<b>m12</b> c12" in key
    assert "Amounts in mM." not in key
    assert '<p class="quiet legend"><span>Amounts in mM.</span> 4 more reads are in wells.csv.</p>' in rest
    bare = draw(dataclasses.replace(long, unit="", note=""), False)
    assert bare.count("<p") == bare.count("</p>")
