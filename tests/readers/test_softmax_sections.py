import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import sheet_from_lines
from mgassay.readers.softmax_sections import sections_in

ABSORBANCE = (
    "Plate:\tP1\t1.3\tPlateFormat\tKinetic\tAbsorbance\tRaw\tFALSE\t3\t60\t30\t\t\t\t1\t405\t2\t9\t96\t1\t8\tNone\t"
)
BOTTOM = (
    "Plate:\tP1\t1.3\tPlateFormat\tEndpoint\tFluorescence\tFALSE\tRaw\tFALSE\t1\t\t\t\t\t\t2\t510 510 \t3\t8\t96"
    "\t340 380 \tManual\t\t\t\t6\t\t\t\t3\t4\t340 380 \t"
)
TIME_RESOLVED = (
    "Plate:\tP1\t1.3\tPlateFormat\tWell Scan\tTime Resolved\tRaw\tFALSE\t5\tX\t3\t\t\t\t1\t525 \t1\t12\t96\t485 "
    "\tAutomatic\t515 \t\t\t20\tAutomatic\t50\t850\t1\t8"
)


def section(line: str, *, name: str = "P1"):
    (found,) = sections_in(sheet_from_lines([line.replace("P1", name), "", "~End"], "\t"))
    return found


def test_fields_stand_by_position():
    found = section(ABSORBANCE)
    assert (found.field(4), found.count(8), found.count(10), found.numbers(15), found.rows) == (
        *("kinetic", 3, 30),
        *([405.0], (0, 8)),
    )
    assert found.left_out == ""


def test_fluorescence_has_one_field_more():
    found = section(BOTTOM)
    assert (found.field(6), found.count(14), found.numbers(15), found.numbers(19), found.rows) == (
        *("raw", 2, [510.0, 510.0]),
        *([340.0, 380.0], (2, 4)),
    )


def test_the_field_is_known_by_what_it_holds_not_by_the_kind_of_read():
    found = section(TIME_RESOLVED)
    assert (found.field(6), found.numbers(15), found.rows) == ("raw", [525.0], (0, 8))
    assert found.left_out == "Well Scan"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("\tRaw\t", "\tReduced\t", "reduced data only"),
        ("PlateFormat", "", "a format that is neither PlateFormat nor TimeFormat"),
        ("\tKinetic\t", "\tWell Scan\t", "Well Scan"),
    ],
)
def test_sections_without_a_reading_per_well(old, new, why):
    assert section(ABSORBANCE.replace(old, new)).left_out == why


@pytest.mark.parametrize(
    ("old", "new"),
    [("96\t1\t8", "96\t3\t8"), ("96\t1\t8", "95\t1\t8"), ("96\t1\t8", "\t1\t8"), ("96\t1\t8", "96\t0\t8")],
)
def test_rows_that_no_plate_has_are_refused(old, new):
    with pytest.raises(UnreadableError) as bad:
        _ = section(ABSORBANCE.replace(old, new)).rows
    assert bad.value.code == "MG142"


def test_a_line_that_ends_early_means_the_whole_plate():
    assert section(ABSORBANCE.partition("\t1\t8\t")[0]).rows == (0, 8)


def test_sections_of_one_name_are_numbered_and_nameless_ones_too():
    lines = [ABSORBANCE, "~End", ABSORBANCE, "~End ", ABSORBANCE.replace("P1", ""), "~End"]
    assert [s.label for s in sections_in(sheet_from_lines(lines, "\t"))] == ["P1 (1)", "P1 (2)", "plate 3"]


def test_a_section_without_an_end_is_refused():
    with pytest.raises(UnreadableError) as bad:
        sections_in(sheet_from_lines([ABSORBANCE, "", "\t24\t0.1"], "\t"))
    assert (bad.value.code, bad.value.place) == ("MG127", "line 3")
