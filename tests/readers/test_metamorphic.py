"""The same plate, written otherwise, reads the same; wells and map moved together tell the same of every sample."""

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.mapping import wells_from_readings
from mgassay.readers.registry import read_raw_file
from mgassay.wellnames import PLATE_SHAPES, row_letters

# What may differ between two ways to write a plate: where it stands, the text of a number, the name of a list's column.
PLACES = ["file", "sheet", "place", "raw", "channel"]
TOKENS = ("OVRFLW", "", "MISSED", "*0.356*", "<0.000")


@st.composite
def plates(draw):
    """Shape and cells of a plate: numbers of three decimals as text, and some words of instruments."""
    rows, columns = draw(st.sampled_from(PLATE_SHAPES[:6]))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    cells = [[f"{v:.3f}" for v in line] for line in rng.uniform(0.04, 3.9, (rows, columns))]
    for token in draw(st.lists(st.sampled_from(TOKENS), max_size=3)):
        cells[rng.integers(rows)][rng.integers(columns)] = token
    cells[0][0] = "0.040"  # a number that no comma between thousands explains
    return cells


def lines(cells, mark, point="."):
    head = ["", *map(str, range(1, len(cells[0]) + 1))]
    body = [[row_letters(r), *(c.replace(".", point) for c in line)] for r, line in enumerate(cells)]
    return "\r\n".join(mark.join(line) for line in [head, *body]) + "\r\n"


def workbook(cells):
    book = openpyxl.Workbook()
    book.active.append([None, *range(1, len(cells[0]) + 1)])
    for r, line in enumerate(cells):
        book.active.append([row_letters(r), *(float(c) if c.replace(".", "").isdigit() else c for c in line)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def well_list(cells):
    wells = [(f"{row_letters(r)}{c + 1}", v) for r, line in enumerate(cells) for c, v in enumerate(line)]
    return "Well\tValue\n" + "".join(f"{well}\t{value}\n" for well, value in wells)


def as_bytes(path, raw):
    path.write_bytes(raw)
    problems = Problems()
    frame = read_raw_file(path, RawFile(file=path.name, assay="calcium", plate="P"), problems).export.readings
    assert problems.count("error") == 0, list(problems)
    return frame.drop(columns=PLACES).to_csv(index=False).encode()


@settings(max_examples=12, deadline=None)
@given(plates())
def test_one_plate_in_many_files_gives_the_same_bytes(tmp_path_factory, cells):
    folder = tmp_path_factory.mktemp("p")
    expected = as_bytes(folder / "comma.csv", lines(cells, ",").encode())
    written = {
        "tab.txt": lines(cells, "\t").encode(),
        "semicolon.csv": lines(cells, ";").encode(),
        "german.csv": lines(cells, ";", ",").encode(),
        "german.txt": lines(cells, "\t", ",").encode("cp1252"),
        "marked.csv": lines(cells, ",").encode("utf-8-sig"),
        "wide.txt": lines(cells, "\t").encode("utf-16"),
        "wide_without_mark.txt": lines(cells, "\t").encode("utf-16-le"),
        "unix.csv": lines(cells, ",").replace("\r\n", "\n").encode(),
        "book.xlsx": workbook(cells),
        "list.txt": well_list(cells).encode(),
    }
    for name, raw in written.items():
        assert as_bytes(folder / name, raw) == expected, name


QPCR = "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tCT\tQuantity"


@pytest.mark.parametrize("count", [3, 96])
def test_one_run_in_many_files_gives_the_same_bytes(tmp_path, count):
    rng = np.random.default_rng(count)
    rows = [
        [str(k + 1), f"{row_letters(k // 12)}{k % 12 + 1}", "false", f"s{k}", "RUNX2", "UNKNOWN",
         "Undetermined" if k % 7 == 3 else f"{rng.uniform(18, 34):.3f}", ""]
        for k in range(count)
    ]  # fmt: skip
    text = "[Results]\n" + "\n".join([QPCR, *("\t".join(r) for r in rows)]) + "\n"
    book = openpyxl.Workbook()
    book.active.title = "Results"
    book.active.append(QPCR.split("\t"))
    for row in rows:
        book.active.append([float(c) if c.replace(".", "").isdigit() else c for c in row])
    stream = io.BytesIO()
    book.save(stream)
    expected = as_bytes(tmp_path / "run.txt", text.encode())
    comma = text.replace(".", ",")
    for name, raw in {
        "german.txt": comma.encode(),
        "wide.txt": text.encode("utf-16"),
        "run.csv": text.replace("\t", ",").encode(),
        "german.csv": comma.replace("\t", ";").encode("utf-8-sig"),
        "run.xlsx": stream.getvalue(),
    }.items():
        assert as_bytes(tmp_path / name, raw) == expected, name


ROWS, COLUMNS = 8, 12
WELLS = [f"{row_letters(r)}{c + 1}" for r in range(ROWS) for c in range(COLUMNS)]


def mapped(value, layout):
    """What is told of each sample when the readings `value` (by well) meet a layout."""
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    raw = RawFile(file="p.csv", assay="viability", plate="P", layout="own")
    names = [f"c{k}" for k in range(8)]
    experiment = Experiment(
        "x",
        Settings.model_validate({"contrast": contrast}),
        tables.CONDITIONS.frame({"condition": n, "medium": "calcifying", "mg_mM": 0.8} for n in names),
        (raw,),
        {"own": layout},
    )
    readings = tables.RAW_READINGS.frame(
        {"file": "p.csv", "plate": "P", "well": w, "value": v, "status": "ok", "read_index": 0}
        for w, v in value.items()
    )
    problems = Problems()
    wells = wells_from_readings(experiment, readings, problems).wells
    assert list(problems) == []
    told = wells[["role", "condition", "donor", "rep", "value"]]
    return told.sort_values(list(told.columns)).reset_index(drop=True)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_wells_and_map_moved_together_tell_the_same(random, turn):
    value = {w: 0.1 + 0.001 * k for k, w in enumerate(WELLS)}
    layout = tables.LAYOUT.frame(
        {"well": w, "role": "sample", "condition": f"c{k % 8}", "donor": f"D{k // 24}", "rep": str(k)}
        for k, w in enumerate(WELLS)
    )
    moved = WELLS[::-1] if turn else random.sample(WELLS, len(WELLS))
    to = dict(zip(WELLS, moved, strict=True))
    again = mapped({to[w]: v for w, v in value.items()}, layout.assign(well=layout["well"].map(to)))
    pd.testing.assert_frame_equal(again, mapped(value, layout))
