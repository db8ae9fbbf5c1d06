"""Each export is read back here by hand, so that its shape does not depend on the project's own readers."""

import csv
import io

import numpy as np
import openpyxl
import pytest

from mgassay.simulate import exports
from mgassay.simulate.exports import PcrWell, Reading

SIGNAL = np.random.default_rng(11).uniform(0.04, 2.5, (8, 12))
READING = Reading("calcium_D1", "OCPC", 575, SIGNAL)
ALL = (
    exports.gen5_text,
    exports.icontrol_xlsx,
    exports.magellan_xlsx,
    exports.mars_csv,
    exports.plain_grid_csv,
    lambda reading: exports.skanit_xlsx(reading, 0.05),
)


def _sheet(content, name):
    return openpyxl.load_workbook(io.BytesIO(content))[name]


def _grid(sheet, first_row):
    return np.array([[c.value for c in row] for row in sheet.iter_rows(first_row, first_row + 7, 2, 13)], float)


@pytest.mark.parametrize("export", ALL)
def test_same_reading_same_bytes(export):
    assert export(READING) == export(READING)


def test_gen5_has_a_results_matrix_with_the_read_s_name():
    lines = exports.gen5_text(READING).decode().split("\r\n")
    rows = [line.split("\t") for line in lines[lines.index("Results") + 2 :][:8]]
    assert [row[0] for row in rows] == list("ABCDEFGH")
    assert {row[13] for row in rows} == {"OCPC:575"}
    np.testing.assert_allclose(np.array([row[1:13] for row in rows], float), SIGNAL, atol=5.1e-4)


def test_icontrol_names_label_and_wavelength():
    sheet = _sheet(exports.icontrol_xlsx(READING), "Sheet1")
    assert (sheet["A1"].value, sheet["A17"].value, sheet["E19"].value) == (
        "Application: Tecan i-control", "Label: OCPC_1", 575,
    )  # fmt: skip
    assert sheet["A26"].value == "<>"
    np.testing.assert_allclose(_grid(sheet, 27), SIGNAL, atol=5.1e-5)


def test_magellan_lists_wells_by_column():
    sheet = _sheet(exports.magellan_xlsx(READING), "Magellan Sheet 1")
    listed = {sheet.cell(r, 2).value: sheet.cell(r, 1).value for r in range(2, 98)}
    assert [sheet.cell(r, 2).value for r in (2, 3, 10, 97)] == ["A1", "B1", "A2", "H12"]
    assert listed["C5"] == pytest.approx(SIGNAL[2, 4], abs=5.1e-5)
    assert "575nm" in [sheet.cell(r, 1).value for r in range(98, 112)]


def test_mars_has_one_comma_too_many_and_short_numbers():
    lines = exports.mars_csv(READING).decode().split("\r\n")
    start = lines.index("Raw Data (575 1)") + 2
    assert lines[start].endswith(",12,")
    values = [line.split(",")[1:] for line in lines[start + 1 : start + 9]]
    np.testing.assert_allclose(np.array(values, float), SIGNAL, atol=5.1e-4)
    assert not any(v.endswith("0") and "." in v for row in values for v in row)


def test_plain_grid_is_a_grid_and_nothing_else():
    rows = list(csv.reader(io.StringIO(exports.plain_grid_csv(READING).decode())))
    assert len(rows) == 9
    np.testing.assert_allclose(np.array([r[1:] for r in rows[1:]], float), SIGNAL, atol=5.1e-4)


def test_skanit_keeps_raw_and_blank_subtracted_apart():
    content = exports.skanit_xlsx(READING, 0.05)
    raw, subtracted = _sheet(content, "Absorbance 1_01"), _sheet(content, "Blank Subtraction 1_02")
    assert (raw["A5"].value, raw["A6"].value, raw["A10"].value) == ("Absorbance 1", "Wavelength: 575 nm", "Abs")
    assert subtracted["A13"].value == "Blank subtracted"
    np.testing.assert_allclose(_grid(raw, 11), SIGNAL, atol=5.1e-5)
    np.testing.assert_allclose(_grid(subtracted, 14), SIGNAL - 0.05, atol=5.1e-5)


def test_quantstudio_lists_setup_and_results():
    wells = [
        PcrWell(0, "D1 control", "RUNX2", "UNKNOWN", 25.5),
        PcrWell(25, "D1 control", "RUNX2", "UNKNOWN", 25.7),
        PcrWell(383, "", "RUNX2", "NTC", None),
    ]
    lines = exports.quantstudio_text("qpcr_1", wells).decode().split("\n")
    setup, results = lines.index("[Sample Setup]"), lines.index("[Results]")
    assert results - setup == 384 + 3
    table = list(csv.DictReader(lines[results + 1 : results + 5], delimiter="\t"))
    assert [(r["Well"], r["Well Position"], r["CT"]) for r in table] == [
        ("1", "A1", "25.500"), ("26", "B2", "25.700"), ("384", "P24", "Undetermined"),
    ]  # fmt: skip
    assert table[0]["Ct Mean"] == "25.600"
    assert table[0]["Ct SD"] == "0.141"  # 0.2 / sqrt(2)
    assert table[2]["Ct Mean"] == ""
    assert len({line.count("\t") for line in lines[setup + 1 : setup + 386]}) == 1
