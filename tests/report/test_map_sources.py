"""Maps of qPCR plates and of images: every Cq and every stained share with the cell or image it came from."""

import pytest

from mgassay.report.map_sources import MOST_WELLS, image_sources, qpcr_sources
from mgassay.report.numbers import NO_BREAK
from mgassay.report.plate_maps import plate_maps
from mgassay.report.rows import Tables

NAN = float("nan")


def cq(well, target="RUNX2", value=25.957, **more):
    own = {"plate": "Q1", "condition": "ca_mg20", "donor": "D1", "rep": "1", "role": "sample", "status": "value"}
    return {**own, "well": well, "target": target, "cq": value, "cycles": 40, "flag": "assumed_efficiency", **more}


def made(hand, *rows):
    readings = [
        {
            "file": "raw/q.txt",
            "place": f"line {i + 12}, column 4",
            **{"plate": r["plate"], "well": r["well"], "channel": r["target"], "value": r["cq"]},
            "status": "ok",
            "raw": "" if r["cq"] != r["cq"] else str(r["cq"]),
        }
        for i, r in enumerate(rows)
    ]
    return held(hand, qpcr=rows, readings=readings)


def held(hand, **rows):
    """Tables with these rows and no others."""
    return Tables({name: hand.with_rows(name, own)[name] for name, own in rows.items()}, 0.8, 2.0)


def wells_of(tables, at=0):
    (found,) = plate_maps(tables, ["ca_mg20"])[at : at + 1]
    return {f"{letter}{c}": w for letter, row in found.rows for c, w in zip(found.columns, row, strict=True)}


def test_a_cq_leads_to_its_cell(hand):
    well = wells_of(made(hand, cq("A1"), cq("A2", "BMP2", 26.0)))["A1"]
    assert well.told == "A1: sample, RUNX2, ca_mg20, donor D1, rep 1, Cq 25.957 (from raw/q.txt, line 12, column 4)"
    assert (well.mark, well.value, well.faces["target"], well.ringed) == ("a1", "25.957", "RUNX2", False)


def test_an_early_cq_is_dark_and_none_is_none(hand):
    """25 of 20 to 30 lies half way."""
    rows = [
        cq("A1", value=20.0),
        cq("A2", value=25.0),
        cq("A3", value=30.0),
        cq("A4", value=NAN, status="undetermined"),
    ]
    found = wells_of(made(hand, *rows))
    assert [found[w].shade for w in ("A1", "A2", "A3", "A4")] == [1.0, 0.5, 0.0, 0.0]
    assert (found["A4"].value, found["A4"].ringed) == ("no Cq", True)


@pytest.mark.parametrize(("value", "shown", "ringed"), [(NAN, "no Cq", False), (36.2, "36.2", True)])
def test_without_template_it_is_a_cq_that_is_odd(hand, value, shown, ringed):
    status = "undetermined" if value != value else "value"
    well = wells_of(
        made(hand, cq("A1"), cq("B1", value=value, role="ntc", condition="", donor="", rep="", status=status))
    )["B1"]
    assert (well.value, well.ringed) == (shown, ringed)


def test_a_flag_of_the_well_rings_it_and_one_of_the_run_does_not(hand):
    found = wells_of(made(hand, cq("A1"), cq("A2", flag="assumed_efficiency;outlier")))
    assert [found[w].ringed for w in ("A1", "A2")] == [False, True]


def test_a_plate_of_several_targets_in_a_well_has_a_map_for_each_and_tubes_have_none(hand):
    rows = [cq("A1", gene) for gene in ("RUNX2", "BMP2", "ALPL", "SP7", "MGP")]
    sources = qpcr_sources(made(hand, *rows))
    assert [s.title for s in sources] == ["qPCR, plate Q1, RUNX2", "qPCR, plate Q1, BMP2", "qPCR, plate Q1, ALPL"]
    assert sources[-1].note == "2 more targets of this plate: qpcr.csv."
    assert qpcr_sources(made(hand, cq("17"))) == []


def test_there_is_room_for_some_plates_only(hand):
    names = [f"{row}{c}" for row in "ABCDEFGHIJKLMNOP" for c in range(1, 25)]
    rows = [{**cq(w), "plate": f"Q{i}"} for i in range(8) for w in names]
    found = qpcr_sources(made(hand, *rows))
    assert len(found) == MOST_WELLS // 384 == 6
    assert [s.note for s in found] == [""] * 5 + ["2 more maps of qPCR did not fit on this page: qpcr.csv."]


def test_the_first_plate_has_a_map_however_large_it_is(hand):
    chip = [cq(f"{a}{b}{n}") for a in "ABC" for b in "ABCDEFGHIJ" for n in range(1, 80)]
    assert len(chip) > MOST_WELLS
    assert [len(s.wells) for s in qpcr_sources(made(hand, *chip))] == [len(chip)]


def test_a_stained_share_leads_to_its_images(hand):
    tables = held(hand, images=hand.images(), image_wells=hand.image_wells())
    assert [s.title for s in image_sources(tables)] == ["Alizarin Red images, plate alizarin_1"]
    found = wells_of(tables)
    assert found["A1"].value == f"16.1{NO_BREAK}%"
    assert found["A1"].told.endswith(f"stained 16.1{NO_BREAK}% (from images/ca_mg08.jpg)")
    two = [*hand.images(), {**hand.images()[1], "file": "images/b.jpg"}]
    shared = wells_of(held(hand, images=two, image_wells=hand.image_wells()))
    assert shared["A1"].told.endswith("(from images/ca_mg08.jpg and 1 more field)")
