import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.rdml_document import (
    document_from_content,
    format_of,
    measured_in,
    names_of,
    protocol_cycles,
    reference_in,
    runs_in,
    samples_in,
)
from mgassay.readers.sheets import Content

PLATE = "<rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel>"


def document(body, head='<?xml version="1.0"?>', encoding="utf-8"):
    return document_from_content(Content("f", xml=f'{head}<rdml version="1.2">{body}</rdml>'.encode(encoding)))


def run_of(reacts="", pcr_format=PLATE, before="", head=""):
    root = document(
        f'{head}<experiment id="e"><run id="r">{before}<pcrFormat>{pcr_format}</pcrFormat>{reacts}</run></experiment>'
    )
    return root, (runs_in(root) or [None])[0]


REACT = '<react id="1"><data/></react>'


# The document --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"), ("GB18030", "gb18030"),
        ("utf-16", "utf-8"),  # declared wrong, as .NET programs do
    ],
)  # fmt: skip
def test_documents_of_every_encoding(said, written):
    root = document('<sample id="µ±"/>', f'<?xml version="1.0" encoding="{said}"?>\n', written)
    assert list(samples_in(root)) == ["µ±"]


def test_a_document_that_came_as_text():
    text = '\ufeff\n<?xml version="1.0" encoding="utf-16"?><rdml><sample id="µ"/></rdml>'
    assert list(samples_in(document_from_content(Content("f", xml=text.encode())))) == ["µ"]


@pytest.mark.parametrize(
    "xml",
    [
        '<rdml xmlns="http://www.rdml.org"><sample id="a"/></rdml>',
        '<rdml><sample id="a"/></rdml>',
        '<x:rdml xmlns:x="urn:other"><x:sample id="a"/></x:rdml>',
        '<!-- a remark --><rdml xmlns="urn:a" xmlns:rdml="urn:a"><rdml:sample id="a"/></rdml>',
    ],
)
def test_any_namespace_or_none(xml):
    assert list(samples_in(document_from_content(Content("f", xml=xml.encode())))) == ["a"]


@pytest.mark.parametrize(
    ("xml", "code", "seen"),
    [
        (b'<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rdml>&c;</rdml>', "MG107", "XML entities"),
        (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rdml>&a;</rdml>', "MG107", "XML entities"),
        (b'<!DOCTYPE r [<!ENTITY % a SYSTEM "http://x.example/d"> %a;]><rdml/>', "MG107", "XML entities"),
        (b'<rdml version="1.1"><sample id="a">', "MG155", "no element found: line 1, column 35"),
        (b"<rdml><sample></rdml>", "MG155", "mismatched tag: line 1, column 16"),
        (b"<r:rdml />", "MG155", "unbound prefix: line 1, column 0"),
        (b"<html><rdml></rdml></html>", "MG155", "its outermost element is <html>"),
        (b'<?xml version="1.0" encoding="klingon"?><rdml />', "MG155", "its text is not in the encoding klingon"),
        ("<rdml>µ</rdml>".encode("latin-1"), "MG155", "its text is not in the encoding utf-8"),
    ],
)
def test_what_is_no_trusted_document_is_refused(xml, code, seen):
    with pytest.raises(UnreadableError) as bad:
        document_from_content(Content("f", xml=xml))
    assert (bad.value.code, bad.value.seen) == (code, seen)


# Wells ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pcr_format", "react", "well"),
    [
        (PLATE, "1", "A1"), (PLATE, "12", "A12"), (PLATE, "13", "B1"), (PLATE, "96", "H12"), (PLATE, "a01", "A1"),
        (PLATE, "0", ""), (PLATE, "97", ""), (PLATE, "-1", ""), (PLATE, "H13", ""), (PLATE, "1.0", ""), (PLATE, "", ""),
        ("<rows>32</rows><columns>48</columns><rowLabel>ABC</rowLabel>", "1536", "AF48"),
        ("<rows>16</rows><columns>24</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel>", "25", "B1"),
        ("<rows>8</rows><columns>1</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel>", "8", "H1"),
        ("<rows>1</rows><columns>1</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel>", "1", "A1"),
        ("<rows>72</rows><columns>1</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel>", "1", ""),
        ("<rows>32</rows><columns>96</columns><rowLabel>A1a1</rowLabel><columnLabel>A1a1</columnLabel>", "1", ""),
        ("<rows>72</rows><columns>72</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel>", "1", ""),
        ("<rows>-1</rows><columns>1</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel>", "1", ""),
        ("<rows>-1</rows><columns>1</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel>", "C3", "C3"),
        ("96-well plate; A1-H12", "H12", "H12"), ("96-well plate; A1-H12", "A13", ""),
        ("96-well plate; A1-H12", "1", ""),
        ("48-well plate; A1-F8", "F8", "F8"), ("48-well plate; A1-F8", "G1", ""), ("48-well plate; A1-F8", "A9", ""),
        ("384-well plate; A1-P24", "P24", "P24"), ("3072-well plate; A1a1-D12h8", "A1a1", ""),
        ("72-well rotor; 1-72", "1", ""), ("single-well; 1", "1", ""), ("free format", "P24", "P24"), ("", "A1", "A1"),
    ],
)  # fmt: skip
def test_wells_of_reactions(pcr_format, react, well):
    assert format_of(run_of(REACT, pcr_format)[1]).well(react) == well


def test_reactions_without_a_well_are_named_with_the_format():
    reacts = "".join(f'<react id="{k}"><data/></react>' for k in range(90, 102))
    with pytest.raises(UnreadableError) as bad:
        measured_in(run_of(reacts)[1])
    assert (bad.value.code, bad.value.sheet, bad.value.seen) == ("MG156", "r", "97, 98, 99 and 2 more")
    assert bad.value.facts["layout"] == "8 rows and 12 columns, called ABC and 123"


def test_a_run_without_a_format_has_wells_only_by_name():
    root = document('<experiment><run><react id="B2"><data/></react></run></experiment>')
    (run,) = runs_in(root)
    assert (run.name, [m.well for m in measured_in(run)]) == ("run 1", ["B2"])


# What was measured ---------------------------------------------------------------------------------------------------


def test_reactions_targets_and_curves():
    adp = "<adp><cyc>{}</cyc><tmp>60</tmp><fluor>{}</fluor></adp>"
    points = "".join(
        adp.format(c, f)
        for c, f in (("1.0", "0.5"), ("2", " 0.6 "), ("3", "1,234"), ("3.5", "1"), ("-4", "1"), ("x", "1"))
    )
    data = f'<data><tar id="t"/><cq> 25.1 </cq><corrCq>3</corrCq>{points}<adp/></data><data><tar id="u"/><cq/></data>'
    (first, second) = measured_in(run_of(f'<react id="14"><sample id="s"/>{data}</react>')[1])
    assert (first.react, first.well, first.sample, first.target, first.cq) == ("14", "B2", "s", "t", "25.1")
    assert first.points == [(1, "0.5"), (2, "0.6"), (3, "")]
    assert (second.target, second.cq, second.points) == ("u", "", [])


@pytest.mark.parametrize(
    ("excl", "omitted"),
    [
        ("", False),
        ("<excl/>", False),
        ("<excl>false</excl>", False),
        ("<excl>low;bad</excl>", True),
        ("<excl>true</excl>", True),
    ],
)
def test_reactions_that_the_lab_left_out(excl, omitted):
    (measured,) = measured_in(run_of(f'<react id="1"><data><cq>25</cq>{excl}</data></react>')[1])
    assert measured.omitted is omitted


def test_a_cycle_beyond_any_run_is_refused_before_it_fills_the_memory():
    with pytest.raises(UnreadableError, match="MG155: cycle 1e"):
        measured_in(run_of('<react id="1"><data><adp><cyc>1000000000</cyc><fluor>1</fluor></adp></data></react>')[1])


def test_runs_without_reactions_are_no_plates():
    root = document(f'<experiment id="e"><run id="empty"/><run id="r">{REACT}</run></experiment><experiment id="f"/>')
    assert [(r.experiment, r.name) for r in runs_in(root)] == [("e", "r")]


# Samples and targets -------------------------------------------------------------------------------------------------


def test_types_and_quantities_may_hold_for_one_target():
    sample = samples_in(
        document(
            '<sample id="s"><type targetId="t">std</type><type>pos</type>'
            '<quantity targetId="t"><value>10</value><unit>cop</unit></quantity></sample>'
        )
    )["s"]
    assert [sample.task(t) for t in ("t", "u")] == ["std", "pos"]
    assert [sample.quantity(t) for t in ("t", "u")] == [("10", "cop"), ("", "")]


def test_a_sample_without_a_type_is_unknown():
    samples = samples_in(document('<sample id="s"/><sample id="t"><type targetId="u">ntc</type></sample>'))
    assert [samples[s].task("x") for s in "st"] == ["unkn", "unkn"]


GUID = "1C76448F-03d2-453f-8628-d764e1ca1d55"


@pytest.mark.parametrize(
    ("samples", "names"),
    [
        ({"s": "passage 4"}, ["s"]),  # a name is a name, whatever is said of it
        ({"1": "donor 1", "2": "donor 2"}, ["donor 1", "donor 2"]),
        ({"1": "passage 4", "2": "passage 4"}, ["1", "2"]),  # a remark, not a name
        ({"1": "", "2": "donor 2"}, ["1", "donor 2"]),
        ({GUID: "donor 1", f"{{{GUID}}}": "donor 1"}, ["donor 1", "donor 1"]),
        ({GUID: ""}, [GUID]),
    ],
)
def test_descriptions_are_names_only_where_ids_are_none(samples, names):
    body = "".join(f'<sample id="{i}"><description>{d}</description></sample>' for i, d in samples.items())
    assert list(names_of(document(body), "sample").values()) == names


@pytest.mark.parametrize(
    ("target", "dye", "name"),
    [
        ("SYBR Green I@RUNX2", '<dyeId id="SYBR Green I"/>', "RUNX2"),
        ("FAM@RUNX2", "<dyeId>FAM</dyeId>", "RUNX2"),
        ("VIC@RUNX2", '<dyeId id="FAM"/>', "VIC@RUNX2"),
        ("FAM@", '<dyeId id="FAM"/>', "FAM@"),
        ("RUNX2", '<dyeId id="RUNX2"/>', "RUNX2"),
    ],
)
def test_a_target_behind_its_own_dye(target, dye, name):
    assert names_of(document(f'<target id="{target}">{dye}</target>'), "target") == {target: name}


def test_references_are_attributes_or_texts():
    root = document('<a><tar id="t"/><dyeId>FAM</dyeId></a>')
    assert [reference_in(root, p) for p in ("a/tar", "a/dyeId", "a/none")] == ["t", "FAM", ""]


# The thermal protocol ------------------------------------------------------------------------------------------------


def step(nr, inner):
    return f"<step><nr>{nr}</nr>{inner}</step>"


def heat(measure=""):
    return (
        f"<temperature><temperature>60</temperature>{f'<measure>{measure}</measure>' if measure else ''}</temperature>"
    )


def loop(goto, repeat):
    return f"<loop><goto>{goto}</goto><repeat>{repeat}</repeat></loop>"


@pytest.mark.parametrize(
    ("steps", "cycles"),
    [
        ([heat(), heat(), loop(2, 40)], 40),
        ([heat(), loop(1, 10), heat("real time"), loop(3, 45)], 45),  # ten rounds before anything is read
        ([heat(), loop(1, 10), heat(), loop(3, 45)], None),
        ([heat("real time"), loop(1, 10), heat("real time"), loop(3, 45)], None),
        ([heat(), loop(1, 40), heat("meltcurve")], 40),
        ([heat(), heat()], None),
        ([heat(), loop(1, "many")], None),
    ],
)
def test_cycles_of_a_protocol(steps, cycles):
    numbered = "".join(step(k, s) for k, s in enumerate(steps, 1))
    head = f'<thermalCyclingConditions id="p">{numbered}</thermalCyclingConditions>'
    asked = '<thermalCyclingConditions id="p"/>'
    assert protocol_cycles(*run_of(REACT, before=asked, head=head)) == cycles
    assert protocol_cycles(*run_of(REACT, before=asked.replace("p", "q"), head=head)) is None
    assert protocol_cycles(*run_of(REACT, head=head)) is None


def test_documents_that_would_fill_the_memory_are_refused_before_they_are_parsed():
    for body, seen in (("<a/>" * 3_000_001, "3.0 million tags"), (" " * 60_000_001, "60 MB")):
        with pytest.raises(UnreadableError) as bad:
            document_from_content(Content("f", xml=f"<rdml>{body}</rdml>".encode()))
        assert (bad.value.code, bad.value.seen) == ("MG106", seen)
