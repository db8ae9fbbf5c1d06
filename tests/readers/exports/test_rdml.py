import io
import math
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.cq_tables import TASKS
from mgassay.readers.exports.rdml import READERS, cq_from, cycles_from, detect, read
from mgassay.readers.rdml_document import Measured
from mgassay.readers.sheets import Content

DATA = Path(__file__).with_name("data") / "rdml"
HEAD = '<sample id="s"><type>unkn</type></sample><sample id="w"><type>ntc</type></sample><target id="RUNX2"/>'
PLATE = "<rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel>"
LOOP = (
    '<thermalCyclingConditions id="p"><step><nr>1</nr></step>'
    "<step><nr>2</nr><loop><goto>1</goto><repeat>{}</repeat></loop></step></thermalCyclingConditions>"
)


def react(number, cq="25.5", sample="s", target='<tar id="RUNX2"/>', more=""):
    given = "" if cq is None else f"<cq>{cq}</cq>"
    return f'<react id="{number}"><sample id="{sample}"/><data>{target}{given}{more}</data></react>'


def run(reacts, name="r", protocol=""):
    asked = '<thermalCyclingConditions id="p"/>' if protocol else ""
    return f'<run id="{name}">{asked}<pcrFormat>{PLATE}</pcrFormat>{"".join(reacts)}</run>'


def document(*reacts, head=HEAD, version="1.2", cycles=None):
    protocol = LOOP.format(cycles) if cycles else ""
    body = run(reacts, protocol=protocol)
    return f'<rdml version="{version}">{head}{protocol}<experiment id="e">{body}</experiment></rdml>'


def adp(last, first=1):
    return "".join(f"<adp><cyc>{c}</cyc><fluor>{c / 8}</fluor></adp>" for c in range(first, last + 1))


def zipped(data, name="rdml_data.xml"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def reading(read_export):
    """`(cq, ...)` -> (status, value) of the readings of a run with these Cq, and the codes of the problems."""

    def made(*cqs, **words):
        frame, problems = read_export("q.rdml", document(*(react(k, c) for k, c in enumerate(cqs, 1)), **words))
        return list(zip(frame["status"], frame["value"], strict=True)), [p.code for p in problems]

    return made


# What is read --------------------------------------------------------------------------------------------------------


def test_a_reading_says_where_it_stands(read_export):
    frame, problems = read_export("q.rdml", document(react(13, "25.50"), react(14, "30.1", "w", "")))
    assert problems == []
    assert frame[["sheet", "place", "well", "channel", "read_index", "value", "status", "raw"]].values.tolist() == [
        ["r", "react 13, target RUNX2", "B1", "RUNX2", 0, 25.5, "ok", "25.50"],
        ["r", "react 14", "B2", "", 0, 30.1, "ok", "30.1"],
    ]
    assert frame[["plate", "sample", "task"]].values.tolist() == [["P1", "s", "unkn"], ["P1", "w", "ntc"]]
    assert frame["cycles"].isna().all()


def test_every_type_that_has_a_role_here_is_known_to_the_mapping():
    assert {t: TASKS.get(t) for t in ("unkn", "ntc", "nrt", "nac", "std")} == {
        "unkn": "sample", "ntc": "ntc", "nrt": "nrt", "nac": "nrt", "std": "standard",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "status"),
    [(None, "undetermined"), ("", "undetermined"), ("-1", "undetermined"), ("-1.0", "undetermined"),
     ("NaN", "undetermined"), ("40.0", "undetermined"), ("40", "undetermined"), ("99.5", "undetermined"),
     ("39.99", "ok"), ("3.99E1", "ok")],
)  # fmt: skip
def test_every_way_to_write_not_detected(reading, written, status):
    (_, (found, value)), _ = reading("25.5", written, cycles=40)
    assert found == status
    assert math.isnan(value) == (status == "undetermined")


def test_non_detects_written_as_the_cycle_count_are_counted_and_kept_as_text(read_export):
    made = document(react(1), react(2, "40.0"), react(3, "41"), react(4, "40.0", more="<excl>x</excl>"), cycles=40)
    frame, problems = read_export("q.rdml", made)
    assert [(p.code, p.severity) for p in problems] == [("MG157", "notice")]
    assert problems[0].seen == "Cq at or above the 40 cycles of the run count as not detected: 2, written 40.0, 41"
    assert frame["raw"].tolist() == ["25.5", "40.0", "41", "40.0"]
    assert frame["status"].tolist() == ["ok", "undetermined", "undetermined", "omitted"]
    assert frame["value"].isna().tolist() == [False, True, True, True]


def test_a_reaction_that_was_left_out_keeps_its_cq(read_export):
    frame, _ = read_export("q.rdml", document(react(1), react(2, "31.5", more="<excl>outlier</excl>")))
    assert frame[["status", "value"]].values.tolist() == [["ok", 25.5], ["omitted", 31.5]]


@pytest.mark.parametrize("written", ["abc", "27,5", "0", "-3", "INF", "1e400", "25.5.5", "=1+1", "2024-03-01"])
def test_what_is_no_cq_is_named_and_missing(reading, written):
    found, problems = reading("25.5", written)
    assert (found[0], found[1][0], problems) == (("ok", 25.5), "missing", ["MG120"])


@pytest.mark.parametrize("written", [None, "-1.0", "NaN"])
def test_a_run_without_any_cq_was_not_analysed_and_its_reactions_are_no_non_detects(reading, written):
    found, problems = reading(written, written)
    assert ([status for status, _ in found], problems) == (["missing", "missing"], ["MG159"])


def test_a_run_in_which_nothing_came_up_before_its_end_was_analysed(reading):
    found, problems = reading("40.0", "40.0", cycles=40)
    assert ([status for status, _ in found], problems) == (["undetermined", "undetermined"], ["MG157"])


# Cycles and curves ---------------------------------------------------------------------------------------------------


def measured(*cqs, last=0):
    points = [(c, "1") for c in range(1, last + 1)]
    return [Measured("1", "A1", "s", "t", cq, False, points) for cq in cqs]


@pytest.mark.parametrize(
    ("cqs", "last", "protocol", "cycles"),
    [
        (["25"], 41, 40, 41),  # CFX reads once more than its loop says
        (["25", "40.0"], 40, None, 40),
        (["25", "40.0"], 40, 45, 40),  # the run was stopped
        (["25", "35"], 30, 40, 40),  # the curves were shortened
        (["25", "100"], 45, 45, 45),
        (["25"], 0, 40, 40),
        (["25"], 0, None, None),
    ],
)
def test_how_many_cycles_were_run(cqs, last, protocol, cycles):
    assert cycles_from(measured(*cqs, last=last), protocol) == cycles


def test_curves_begin_where_they_begin_and_keep_their_gaps():
    points = "".join(
        f"<adp><cyc>{c}</cyc><fluor>{f}</fluor></adp>" for c, f in (("3.0", 0.5), ("4", "NaN"), ("6", 1.25))
    )
    xml = document(react(1, more=points), react(2)).encode()
    curves = read(Content("q", xml=xml), RawFile(file="q", assay="qpcr", plate="P"), Problems()).amplification
    assert curves.values.tolist() == [["q", "P", "A1", "RUNX2", "fluorescence", 3, "0.5;;;1.25"]]


@pytest.mark.parametrize(("top", "codes"), [("40.0", ["MG158"]), ("39.93", [])])
def test_the_same_whole_number_twice_at_the_top_is_a_doubt_when_the_cycles_are_not_known(reading, top, codes):
    assert reading("25.5", top, top)[1] == codes
    assert reading("25.5", top)[1] == []


# Quantities ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "quantity", "codes"),
    [("5000.0", "cop", 5000.0, []), ("1E-3", "other", 0.001, []), ("10", "dil", 0.1, ["MG157"]),
     ("NaN", "cop", None, []), ("-1.0", "cop", None, []), ("a lot", "cop", None, ["MG134"]),
     ("0", "dil", 0.0, ["MG157"])],
)  # fmt: skip
def test_quantities_of_standards(read_export, value, unit, quantity, codes):
    head = f'<sample id="s"><type>std</type><quantity><value>{value}</value><unit>{unit}</unit></quantity></sample>'
    frame, problems = read_export("q.rdml", document(react(1), head=head))
    assert [p.code for p in problems] == codes
    assert [None if q != q else q for q in frame["quantity"]] == [quantity]


# Runs ----------------------------------------------------------------------------------------------------------------


def test_several_runs_are_several_plates(read_export):
    runs = f'<experiment id="e">{run([react(1)], "FAM")}{run([react(1, "18")], "HEX")}</experiment>'
    made = f"<rdml>{HEAD}{runs}</rdml>"
    frame, problems = read_export("q.rdml", made)
    assert (len(frame), [(p.code, p.seen) for p in problems]) == (0, [("MG113", "FAM, HEX")])
    for asked in ("HEX", " hex ", "e/HEX"):
        frame, problems = read_export("q.rdml", made, sheet=asked)
        assert (frame["value"].tolist(), frame["sheet"].tolist(), problems) == ([18.0], ["HEX"], [])
    frame, problems = read_export("q.rdml", made, sheet="HEXX")
    assert (len(frame), problems[0].code, problems[0].remedy) == (0, "MG115", "Did you mean “HEX”?")


def test_runs_of_one_name_are_told_apart_by_their_experiments(read_export):
    made = "".join(
        f'<experiment id="{e}">{run([react(1, cq)])}</experiment>' for e, cq in (("day 3", 20), ("day 7", 30))
    )
    for asked in ("", "r"):
        frame, problems = read_export("q.rdml", f"<rdml>{HEAD}{made}</rdml>", sheet=asked)
        assert (len(frame), [(p.code, p.seen) for p in problems]) == (0, [("MG113", "day 3/r, day 7/r")])
    assert read_export("q.rdml", f"<rdml>{HEAD}{made}</rdml>", sheet="day 7/r")[0]["value"].tolist() == [30.0]


# What is told --------------------------------------------------------------------------------------------------------


def test_samples_that_are_not_described_have_no_task(read_export):
    frame, problems = read_export("q.rdml", document(react(1), react(2, "26", "nobody"), react(3, "27", "")))
    assert [(p.code, p.severity) for p in problems] == [("MG158", "warning")]
    assert "nothing is said of the samples of A2 (nobody)" in problems[0].message
    assert frame["task"].tolist() == ["unkn", "", ""]


def test_reactions_without_data_are_named(read_export):
    digital = (
        '<react id="7"><sample id="s"/><partitions><data><tar id="RUNX2"/><pos>1</pos></data></partitions></react>'
    )
    frame, problems = read_export("q.rdml", document(react(1), digital))
    assert len(frame) == 1
    assert [(p.code, p.message) for p in problems] == [("MG158", "In q.rdml, there are no qPCR data for react 7.")]
    assert [p.code for p in read_export("q.rdml", document(digital))[1]] == ["MG126"]


def test_an_unknown_version_is_read_with_a_warning(read_export):
    frame, problems = read_export("q.rdml", document(react(1), version="2.0"))
    assert (frame["value"].tolist(), [p.code for p in problems]) == ([25.5], ["MG158"])


def test_the_calls_of_the_lightcycler_96_are_missed(read_export):
    head = '<sample id="s"/><target id="SYBR@RUNX2"><dyeId id="SYBR"/></target>'
    frame, problems = read_export("q.rdml", document(react(1, target='<tar id="SYBR@RUNX2"/>'), head=head))
    assert (frame["channel"].tolist(), [p.code for p in problems]) == (["RUNX2"], ["MG157", "MG158"])
    assert "calls" in problems[1].message


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (document(), "MG126"),
        ("<rdml version='1.1'></rdml>", "MG126"),
        (document(react(97)), "MG156"),
        (document(react(1), react(1)), "MG125"),
        (document(react(1), react("a01")), "MG125"),
        (document(react(1, target=""), react("01", target="<tar/>")), "MG125"),
        (document(react(1))[:-9], "MG155"),
        (document(react(1, more=adp(1).replace("<cyc>1<", "<cyc>1e9<"))), "MG155"),
        (f'<!DOCTYPE x [<!ENTITY a "b">]>{document(react(1))}', "MG107"),
    ],
)
def test_refusals(read_export, made, code):
    for data in (made.encode(), zipped(made)):
        frame, problems = read_export("q.rdml", data)
        assert (len(frame), [p.code for p in problems]) == (0, [code])


def test_the_second_of_two_readings_is_named(read_export):
    problems = read_export("q.rdml", document(react(1), react("01")))[1]
    assert (problems[0].place, problems[0].seen) == ("react 01, target RUNX2", "A1 RUNX2")


def test_a_zip_archive_that_was_cut_off_is_refused(read_export):
    data = zipped(document(react(1)))
    for end in range(4, len(data), 7):
        frame, problems = read_export("q.rdml", data[:end])
        assert (len(frame), [p.code for p in problems]) == (0, ["MG104"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_zipped_or_bare_in_any_encoding(read_export, encoding):
    data = f'<?xml version="1.0"?>{document(react(1))}'.encode(encoding)
    for made in (data, zipped(data, "any name.xml")):
        frame, problems = read_export("q.rdml", made)
        assert (frame["value"].tolist(), problems) == ([25.5], [])


def test_only_rdml_is_claimed():
    assert detect(content_from_bytes(b"<?xml version='1.0'?><rdml version='1.1'>"))
    assert not detect(content_from_bytes(b"Well,rdml\nA1,<rdmlx>"))
    assert not detect(Content("q"))


@pytest.mark.parametrize("name", sorted(p.name for p in DATA.glob("*.rdml")))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_raises_anything_but_unreadable(name, data):
    sound = DATA.joinpath(name).read_bytes()
    at = data.draw(st.integers(0, len(sound) - 1))
    end = data.draw(st.integers(at, min(len(sound), at + 40)))
    broken = sound[:at] + data.draw(st.binary(max_size=6)) + sound[end:]
    try:
        content = content_from_bytes(broken)
        if READERS[0].detect(content):
            read(content, RawFile(file="q", assay="qpcr", plate="P", sheet=""), Problems())
    except UnreadableError:
        pass


def test_a_plate_of_384_wells_and_40_cycles_is_read_in_a_second():
    wells = "".join(react(k, f"{20 + k % 15}.{k:03}", more=adp(40)) for k in range(1, 385))
    xml = document(wells).replace("<rows>8</rows><columns>12", "<rows>16</rows><columns>24").encode()
    read(Content("warm", xml=document(react(1)).encode()), RawFile(file="q", assay="qpcr", plate="P"), Problems())
    start = time.process_time()
    export = read(Content("q", xml=xml), RawFile(file="q", assay="qpcr", plate="P"), Problems())
    assert time.process_time() - start < 1.0
    assert (len(export.readings), len(export.amplification)) == (384, 384)
    assert export.readings["value"].iloc[-1] == 20 + 384 % 15 + 0.384


def test_cq_at_the_end_of_a_run_of_unknown_length_stays():
    assert cq_from("40.0", None) == ("ok", 40.0)


# Several runs that are one plate --------------------------------------------------------------------------------------

HEX = '<tar id="GAPDH"/>'


def dyes(second, sheet, read_export, head=HEAD):
    body = f'<experiment id="e">{run([react(1), react(2, None)], "FAM")}{run(second, "HEX")}</experiment>'
    return read_export("q.rdml", f'<rdml>{head}<target id="GAPDH"/>{body}</rdml>', sheet=sheet)


def test_runs_of_one_plate_are_read_together(read_export):
    frame, problems = dyes([react(1, "18", target=HEX), react(2, "19", target=HEX)], "FAM;HEX", read_export)
    assert problems == []
    assert frame[["sheet", "well", "channel", "status"]].values.tolist() == [
        ["FAM", "A1", "RUNX2", "ok"], ["FAM", "A2", "RUNX2", "undetermined"],
        ["HEX", "A1", "GAPDH", "ok"], ["HEX", "A2", "GAPDH", "ok"],
    ]  # fmt: skip
    assert frame["value"].tolist()[2:] == [18.0, 19.0]


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ([react(1, "18")], "MG125"),  # the same target in the same well
        ([react(1, "18", "w", HEX)], "MG113"),  # another sample in the same well: another plate
    ],
)
def test_runs_that_are_not_one_plate_are_refused(read_export, second, code):
    frame, problems = dyes(second, "FAM;HEX", read_export)
    assert (len(frame), [p.code for p in problems]) == (0, [code])


def test_a_run_that_was_not_analysed_is_told_beside_one_that_was(read_export):
    frame, problems = dyes([react(1, None, target=HEX)], "FAM; HEX", read_export)
    assert frame["status"].tolist() == ["ok", "undetermined", "missing"]
    assert [(p.code, p.sheet) for p in problems] == [("MG159", "HEX")]
