from mgassay.report.plate_maps import plate_maps
from mgassay.report.rows import Tables


def wells_of(plate_map):
    return {f"{letter}{c}": w for letter, row in plate_map.rows for c, w in zip(plate_map.columns, row, strict=True)}


def maps(tables, hand):
    return plate_maps(Tables(tables, 0.8, 2.0), list(hand.make_experiment().conditions["condition"]))


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
