"""Readings as the bytes that each instrument's own software would have exported.

The shapes follow real exports of Gen5, Tecan i-control and Magellan, BMG MARS, SkanIt and QuantStudio; names, paths and
dates are invented and fixed, so that the same readings give the same bytes. Signals are (8, 12) in OD.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import xlsxwriter

Array = npt.NDArray[np.float64]

_LETTERS = "ABCDEFGH"
_CREATED = datetime(2017, 8, 1)


@dataclass(frozen=True)
class Reading:
    """What an export needs to know of a plate reading."""

    plate: str
    protocol: str
    wavelength_nm: int
    signal: Array


@dataclass(frozen=True)
class PcrWell:
    """One well of a qPCR run; `cq` is None where the threshold was not reached."""

    index: int  # from 0, row by row
    sample: str
    target: str
    task: str
    cq: float | None


def _workbook(fill: Callable[[Any], None]) -> bytes:
    """An xlsx file in memory, with a fixed creation date."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": _CREATED})
    fill(book)
    book.close()
    return stream.getvalue()


def _write_rows(sheet: Any, rows: Sequence[tuple[int, Sequence[object]]]) -> None:
    """Writes rows (numbered from 1) cell by cell; None leaves a cell empty."""
    for number, cells in rows:
        for column, value in enumerate(cells):
            if value is not None:
                sheet.write(number - 1, column, value)


def _lines(lines: Sequence[str], end: str = "\r\n") -> bytes:
    """Text lines as UTF-8 bytes."""
    return (end.join(lines) + end).encode()


def _decimals(values: Array, digits: int) -> list[list[str]]:
    """Numbers as printed with that many decimals."""
    return [[f"{v:.{digits}f}" for v in row] for row in values]


def gen5_text(reading: Reading) -> bytes:
    """Agilent Gen5, tab-separated text: a results matrix with the name of the read behind each row."""
    header = ["", *map(str, range(1, 13))]
    label = f"{reading.protocol}:{reading.wavelength_nm}"
    matrix = [
        "\t".join([letter, *row, label]) for letter, row in zip(_LETTERS, _decimals(reading.signal, 3), strict=True)
    ]
    return _lines(
        [
            "",
            "",
            "Software Version\t3.05.11",
            "",
            "",
            "",
            f"Experiment File Path:\tC:\\Gen5\\Experiments\\{reading.plate}.xpt",
            f"Protocol File Path:\tC:\\Gen5\\Protocols\\{reading.protocol}.prt",
            "",
            "",
            "",
            "Plate Number\tPlate 1",
            "Date\t8/1/2017",
            "Time\t2:10:00 PM",
            "Reader Type:\tEpoch 2",
            "Reader Serial Number:\tSimulated",
            "Reading Type\tReader",
            "",
            "Procedure Details",
            "",
            "Plate Type\t96 WELL PLATE",
            "Eject plate on completion\t",
            f"Read\t{reading.protocol}",
            "\tAbsorbance Endpoint",
            "\tFull Plate",
            f"\tWavelengths:  {reading.wavelength_nm}",
            "\tRead Speed: Normal,  Delay: 100 msec,  Measurements/Data Point: 8",
            "",
            "Results",
            "\t".join(header),
            *matrix,
            "",
        ]
    )


def icontrol_xlsx(reading: Reading) -> bytes:
    """Tecan i-control workbook: a labelled block on one sheet, values stored in single precision as it does."""
    stored = np.round(reading.signal, 4).astype(np.float32).astype(float)
    grid = [(27 + r, [_LETTERS[r], *map(float, row)]) for r, row in enumerate(stored)]
    rows: list[tuple[int, Sequence[object]]] = [
        (1, ["Application: Tecan i-control", None, None, None, "Tecan i-control , 1.11.1.0"]),
        (2, ["Device: infinite 200Pro", None, None, None, "Serial number: simulated"]),
        (3, ["Firmware: V_3.40_07/12_Infinite", None, None, None, "MAI, V_3.40_07/12_Infinite"]),
        (5, ["Date:", "8/1/2017"]),
        (6, ["Time:", "2:10:00 PM"]),
        (9, ["System", None, None, None, "LAB-PC"]),
        (10, ["User", None, None, None, "LAB-PC\\bench"]),
        (11, ["Plate", None, None, None, "Greiner 96 Flat Bottom Transparent Polystyrol"]),
        (12, ["Plate-ID (Stacker)"]),
        (14, ["Comment", None, None, None, reading.plate]),
        (17, [f"Label: {reading.protocol}_1"]),
        (18, ["Mode", None, None, None, "Absorbance"]),
        (19, ["Wavelength", None, None, None, reading.wavelength_nm, "nm"]),
        (20, ["Bandwidth", None, None, None, 9, "nm"]),
        (21, ["Number of Flashes", None, None, None, 25]),
        (22, ["Settle Time", None, None, None, 0, "ms"]),
        (23, ["Start Time:", "8/1/2017 2:10:05 PM"]),
        (25, [None, "Temperature: 24.6 °C"]),
        (26, ["<>", *range(1, 13)]),
        *grid,
        (38, ["End Time:", "8/1/2017 2:10:41 PM"]),
    ]
    return _workbook(lambda book: _write_rows(book.add_worksheet("Sheet1"), rows))


def magellan_xlsx(reading: Reading) -> bytes:
    """Tecan Magellan workbook: a list of values by column of the plate, what was measured below it."""
    values = np.round(reading.signal, 4).T.ravel()
    wells = [f"{letter}{column}" for column in range(1, 13) for letter in _LETTERS]
    below = [
        "Date of measurement: 2017-08-01/Time of measurement: 14:10:05",
        f"{reading.protocol}.mth",
        f"{reading.plate}.wsp",
        f"{reading.wavelength_nm}nm",
        "Unknown user",
        "SUNRISE",
        "Instrument serial number: simulated",
        "Measurement mode: Absorbance",
        f"Measurement wavelength: {reading.wavelength_nm} nm",
        "Number of flashes: 1",
        "Unit: OD",
        "Date: 2017-08-01, Time: 14:10:05",
    ]

    def fill(book: Any) -> None:
        sheet, number = book.add_worksheet("Magellan Sheet 1"), book.add_format({"num_format": "#,##0.00"})
        _write_rows(sheet, [(1, ["Raw data", "Well positions", "Plate"])])
        for i, (value, well) in enumerate(zip(values, wells, strict=True)):
            sheet.write_number(i + 1, 0, float(value), number)
            sheet.write_row(i + 1, 1, [well, "96WELL"])
        _write_rows(sheet, [(98 + i, [text]) for i, text in enumerate(below)])

    return _workbook(fill)


def mars_csv(reading: Reading) -> bytes:
    """BMG MARS table: numbers without trailing zeros, one comma too many behind the column numbers."""
    rows = [
        ",".join([letter, *(f"{float(v):g}" for v in np.round(row, 3))])
        for letter, row in zip(_LETTERS, reading.signal, strict=True)
    ]
    return _lines(
        [
            "User: USER,Path: C:\\Program Files (x86)\\BMG\\Omega\\User\\Data,Test run no.: 212",
            f"Test name: {reading.protocol},Date: 8/1/2017,Time: 2:10:05 PM",
            "",
            f"ID1: {reading.plate},ID2: Plate 1,ID3: ",
            "Absorbance",
            "",
            f"Raw Data ({reading.wavelength_nm} 1)",
            "",
            "," + ",".join(map(str, range(1, 13))) + ",",
            *rows,
        ]
    )


def plain_grid_csv(reading: Reading) -> bytes:
    """A bare 8 × 12 grid with row letters and column numbers, and nothing else."""
    rows = [",".join([letter, *row]) for letter, row in zip(_LETTERS, _decimals(reading.signal, 3), strict=True)]
    return _lines(["," + ",".join(map(str, range(1, 13))), *rows])


def _skanit_sheet(book: Any, title: str, step: Sequence[str], corner: str, values: Array) -> None:
    """One SkanIt results sheet: title lines, then the grid."""
    sheet, number = book.add_worksheet(title), book.add_format({"num_format": "0.0000"})
    lines = ["Measurement results", "Simulated.skax", "8/1/2017 2:10:05 PM", " ", *step, " ", "Plate 1", " "]
    _write_rows(sheet, [(i + 1, [text]) for i, text in enumerate(lines)])
    top = len(lines)
    sheet.write_row(top, 0, [corner, *range(1, 13)])
    for r, row in enumerate(np.round(values, 4)):
        sheet.write(top + 1 + r, 0, _LETTERS[r])
        sheet.write_row(top + 1 + r, 1, [float(v) for v in row], number)
    sheet.write(top + 10, 0, f"Autoloading range A1 - M{top + 9}")


def skanit_xlsx(reading: Reading, blank_od: float) -> bytes:
    """Thermo SkanIt workbook: the absorbance, and the sheet on which the software subtracted its blank."""
    wavelength = f"Wavelength: {reading.wavelength_nm} nm"

    def fill(book: Any) -> None:
        _skanit_sheet(book, "Absorbance 1_01", ["Absorbance 1", wavelength], "Abs", reading.signal)
        step = ["Blank Subtraction 1", "", "", "", wavelength]
        _skanit_sheet(book, "Blank Subtraction 1_02", step, "Blank subtracted", reading.signal - blank_od)
        facts = ["Run log", "", "Plate name: " + reading.plate, "Protocol: " + reading.protocol]
        _write_rows(book.add_worksheet("Run log"), [(i + 1, [text]) for i, text in enumerate(facts)])

    return _workbook(fill)


def _setup_row(index: int, well: PcrWell | None) -> str:
    """A line of [Sample Setup]; a well that holds nothing is listed too."""
    place = f"{index + 1}\t{_pcr_name(index)}"
    if well is None:
        return place + "\t" * 11
    colour = '"RGB(0,0,255)"'
    cells = [well.sample, colour, "", "", well.target, colour, well.task, "SYBR", "None", "", ""]
    return "\t".join([place, *cells])


def _pcr_name(index: int) -> str:
    """Name of a 384-well position, from 0, row by row."""
    return f"{chr(ord('A') + index // 24)}{index % 24 + 1}"


def _result_row(well: PcrWell, replicates: Sequence[float]) -> str:
    """A line of [Results], with the software's own mean and SD of the technical replicates."""
    cq = "Undetermined" if well.cq is None else f"{well.cq:.3f}"
    mean = f"{np.mean(replicates):.3f}" if replicates else ""
    spread = f"{np.std(replicates, ddof=1):.3f}" if len(replicates) > 1 else ""
    place = [str(well.index + 1), _pcr_name(well.index), "false", well.sample, well.target, well.task, "SYBR", "None"]
    computed = ["", "", "", "", "", ""]
    baseline = ["false", "0.200", "true", "3", "39" if well.cq is None else str(max(4, int(well.cq) - 3))]
    return "\t".join([*place, *computed, cq, mean, spread, "", *baseline, ""])


def quantstudio_text(name: str, wells: Sequence[PcrWell]) -> bytes:
    """QuantStudio text export of a 384-well run: header, [Sample Setup] and [Results]."""
    by_index = {well.index: well for well in wells}
    groups: dict[tuple[str, str], list[float]] = {}
    for well in wells:
        groups.setdefault((well.sample, well.target), []).extend([] if well.cq is None else [well.cq])
    header = [
        "* Block Type = 384-Well Block",
        "* Chemistry = SYBR_GREEN",
        "* Date Created = 2017-08-01 02:10:05 PM CEST",
        f"* Experiment File Name = D:\\QuantStudio\\{name}.eds",
        f"* Experiment Name = {name}",
        "* Experiment Run End Time = 2017-08-01 04:02:11 PM CEST",
        "* Experiment Type = Comparative Cт (ΔΔCт)",
        "* Instrument Type = QuantStudio(TM) 7 Flex System",
        "* Passive Reference = ROX",
        "* Quantification Cycle Method = Ct",
        "* Stage/ Cycle where Analysis is performed = Stage 2, Step 2",
        "",
    ]
    setup = (
        "Well\tWell Position\tSample Name\tSample Color\tBiogroup Name\tBiogroup Color\tTarget Name\tTarget Color\tTask"
        "\tReporter\tQuencher\tQuantity\tComments"
    )
    results = (
        "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tQuantity\tQuantity Mean"
        "\tQuantity SD\tRQ\tRQ Min\tRQ Max\tCT\tCt Mean\tCt SD\tDelta Ct\tAutomatic Ct Threshold\tCt Threshold"
        "\tAutomatic Baseline\tBaseline Start\tBaseline End\tComments"
    )
    rows = [_result_row(well, groups[well.sample, well.target]) for well in wells]
    listed = [_setup_row(i, by_index.get(i)) for i in range(384)]
    return _lines([*header, "[Sample Setup]", setup, *listed, "", "[Results]", results, *rows], end="\n")
