"""An RDML document (the exchange format of qPCR, rdml.org): its runs and what they measured, its samples and targets.

Versions 1.0 to 1.4 differ in where a reaction lies: 1.0 calls it by its well, later ones number it along the rows of
the run's format. Names are ids, but for ids that say nothing to a lab; `names_of` tells which.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import listed
from mgassay.readers.sheets import Content
from mgassay.readers.text import number_from, text_from_bytes
from mgassay.wellnames import MAX_COLUMNS, MAX_ROWS, row_letters, row_number, well_from_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.-]*)""")
_NUMBER = re.compile(r"[0-9]+")
_CODE = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_MOST_CYCLES = 1000
_MOST_BYTES, _MOST_TAGS = 60_000_000, 3_000_000  # a plate of 384 wells with two dyes has a tenth of that
_NAMED, _LONGEST = 3, 40  # ids in a message, and signs of each
_RANGE = re.compile(r".*;\s*A1-([A-Z]+)([0-9]+)\s*")  # the formats of 1.0: `96-well plate; A1-H12`


@dataclass(frozen=True, eq=False)
class Run:
    """A run of an experiment: the reactions of one plate."""

    experiment: str
    name: str
    element: "Element"


@dataclass(frozen=True)
class PlateFormat:
    """Where the reactions of a run lie; `numbered` where their ids count the wells along the rows, from 1."""

    words: str = ""
    rows: int = MAX_ROWS
    columns: int = MAX_COLUMNS
    numbered: bool = False

    def well(self, react: str) -> str:
        """The well of a reaction's id, "" when the format has no such well.

        >>> PlateFormat("", 8, 12, numbered=True).well("13"), PlateFormat().well("a01"), PlateFormat().well("7")
        ('B1', 'A1', '')
        """
        if self.numbered and re.fullmatch("[0-9]{1,4}", react):
            row, column = divmod(int(react) - 1, self.columns)
            return f"{row_letters(row)}{column + 1}" if 0 <= row < self.rows else ""
        well = well_from_text(react)
        letters = well.rstrip("0123456789")
        inside = well and row_number(letters) < self.rows and int(well[len(letters) :]) <= self.columns
        return well if inside else ""


@dataclass(frozen=True)
class Measured:
    """One reaction with one target, all as written but for the well; targets and samples by their ids."""

    react: str
    well: str
    sample: str
    target: str
    cq: str
    omitted: bool
    points: Sequence[tuple[int, str]]  # cycle, fluorescence


@dataclass(frozen=True)
class Sample:
    """What the document says of a sample; types and quantities (value, unit) by target, "" for every target."""

    types: Mapping[str, str] = field(default_factory=dict)
    quantities: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def task(self, target: str) -> str:
        """Its type with this target; a sample without a type is of unknown content, as the format has it."""
        return self.types.get(target) or self.types.get("") or "unkn"

    def quantity(self, target: str) -> tuple[str, str]:
        """Its quantity and unit with this target, empty without one."""
        return self.quantities.get(target) or self.quantities.get("") or ("", "")


def document_from_content(content: Content) -> "Element":
    """The root of the document, all tags without their namespace.

    Raises UnreadableError MG106 when it is too large, MG107 when it declares entities, MG155 when it is broken or no
    RDML.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    _check_size(content)
    text = _decoded(content.xml)
    try:
        root: Element = fromstring(text.lstrip("\ufeff\r\n\t "))
    except DefusedXmlException as cause:
        raise UnreadableError("MG107", seen="XML entities") from cause
    except (ParseError, ValueError) as cause:
        raise UnreadableError("MG155", seen=str(cause).splitlines()[0]) from cause
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "rdml":
        raise UnreadableError("MG155", seen=f"its outermost element is <{root.tag}>")
    return root


def _check_size(content: Content) -> None:
    """Raises UnreadableError MG106 for a document that would take more memory, once parsed, than is bearable."""
    size, tags = len(content.xml), content.xml.count(b"<")
    if size > _MOST_BYTES:
        raise UnreadableError("MG106", seen=f"{size / 1e6:.0f} MB", limit=f"{_MOST_BYTES / 1e6:.0f} MB")
    if tags > _MOST_TAGS:
        raise UnreadableError("MG106", seen=f"{tags / 1e6:.1f} million tags", limit=f"{_MOST_TAGS / 1e6:.0f} million")


def _decoded(xml: bytes) -> str:
    """The text of a document, in the encoding that it declares.

    One that can be read byte by byte and yet declares UTF-16 was declared so by mistake: it is UTF-8.
    """
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in xml[:4]:
        return text_from_bytes(xml)[0]
    bare = xml.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(bare)
    name = declared[1].decode().casefold() if declared else "utf-8"
    try:
        return bare.decode("utf-8" if name.startswith(("utf-16", "utf16", "ucs-2")) else name)
    except (LookupError, UnicodeError) as cause:
        raise UnreadableError("MG155", seen=f"its text is not in the encoding {name}") from cause


def text_in(element: "Element", path: str) -> str:
    """The text of the first element on this path, without blanks around it; "" for none."""
    return (element.findtext(path) or "").strip()


def reference_in(element: "Element", path: str) -> str:
    """The id that the first element on this path refers to (in 1.0 some are its text); "" for none."""
    found = element.find(path)
    return "" if found is None else (found.get("id") or found.text or "").strip()


def id_of(element: "Element") -> str:
    """The id of an element, "" for none."""
    return element.get("id", "").strip()


def runs_in(root: "Element") -> list[Run]:
    """All runs that hold reactions, in the order of the document; one without an id is called by its number."""
    every = [(e, run) for e in root.findall("experiment") for run in e.findall("run")]
    return [
        Run(id_of(experiment), id_of(run) or f"run {k}", run)
        for k, (experiment, run) in enumerate(every, start=1)
        if run.find("react") is not None
    ]


def format_of(run: Run) -> PlateFormat:
    """The format of a run. Rotors, arrays and lists have no numbered wells: there only ids that are wells count."""
    written = run.element.find("pcrFormat")
    if written is None:
        return PlateFormat("no format")
    rows, columns = text_in(written, "rows"), text_in(written, "columns")
    if not rows and not columns:
        words = (written.text or "").strip()
        last = _RANGE.fullmatch(words)
        return PlateFormat(words, row_number(last[1]) + 1, int(last[2][:4])) if last else PlateFormat(words)
    labels = (text_in(written, "rowLabel"), text_in(written, "columnLabel"))
    words = f"{rows} rows and {columns} columns, called {' and '.join(labels)}"
    counts = [int(n) if re.fullmatch("[0-9]{1,4}", n) else 0 for n in (rows, columns)]
    on_plate = 1 <= counts[0] <= MAX_ROWS and 1 <= counts[1] <= MAX_COLUMNS
    is_rotor = counts[1] == 1 and counts[0] > 1 and labels[0] == "123"
    if not on_plate or is_rotor or "A1a1" in labels:
        return PlateFormat(words)
    return PlateFormat(words, counts[0], counts[1], numbered=True)


def measured_in(run: Run) -> list[Measured]:
    """All reactions of a run with all their targets; raises UnreadableError MG156 where one lies on no well."""
    plate = format_of(run)
    reacts = [(id_of(react), react) for react in run.element.findall("react")]
    wells = {name: plate.well(name) for name, _ in reacts}
    astray = [name[:_LONGEST] or "without an id" for name, well in wells.items() if not well]
    if astray:
        seen = listed(astray, _NAMED)
        raise UnreadableError("MG156", sheet=run.name, place=f"react {astray[0]}", seen=seen, layout=plate.words)
    return [_measured_from(name, wells[name], react, data) for name, react in reacts for data in react.findall("data")]


def _measured_from(name: str, well: str, react: "Element", data: "Element") -> Measured:
    """One `data` element; a literal `false` where a reason to leave it out should stand leaves nothing out."""
    excluded = text_in(data, "excl")
    return Measured(
        react=name,
        well=well,
        sample=reference_in(react, "sample"),
        target=reference_in(data, "tar"),
        cq=text_in(data, "cq"),
        omitted=bool(excluded) and excluded.casefold() != "false",
        points=_points(name, data),
    )


def _points(name: str, data: "Element") -> list[tuple[int, str]]:
    """Cycles (which may be written `1.0`) with their fluorescence, "" where it is no number as XML writes numbers.

    Raises UnreadableError MG155 for a cycle that no run reaches.
    """
    found = []
    for point in data.findall("adp"):
        cycle = number_from(text_in(point, "cyc"), ".")
        if cycle is not None and cycle > _MOST_CYCLES:
            raise UnreadableError("MG155", place=f"react {name}", seen=f"cycle {cycle:g} in react {name}")
        if cycle is not None and cycle >= 0 and cycle.is_integer():
            signal = text_in(point, "fluor")
            found.append((int(cycle), "" if number_from(signal, ".") is None else signal))
    return found


def samples_in(root: "Element") -> dict[str, Sample]:
    """The samples that the document describes, by id."""
    return {id_of(sample): _sample_from(sample) for sample in root.findall("sample")}


def _sample_from(element: "Element") -> Sample:
    """One sample. From version 1.3 on, types and quantities may hold for one target only."""
    types = {_target_of(e): (e.text or "").strip() for e in element.findall("type")}
    quantities = {_target_of(e): (text_in(e, "value"), text_in(e, "unit")) for e in element.findall("quantity")}
    return Sample(types, quantities)


def _target_of(element: "Element") -> str:
    """The target that a type or quantity holds for, "" for all of them."""
    return element.get("targetId", "").strip()


def names_of(root: "Element", kind: str) -> dict[str, str]:
    """Names of samples or targets (`kind`) by id.

    The id, but for: a target `dye@gene` whose dye is its own (LightCycler 96), called by its gene; an id that is a
    GUID, called by its description; bare numbers, called by their descriptions when these tell all of them apart.
    """
    described = {id_of(e): text_in(e, "description") for e in root.findall(kind)}
    numbers = {i: words for i, words in described.items() if words and _NUMBER.fullmatch(i)}
    codes = {i: words for i, words in described.items() if words and _CODE.fullmatch(i)}
    told_apart = numbers if len(set(numbers.values())) == len(numbers) else {}
    genes = {id_of(e): gene for e in root.findall(kind) if (gene := _behind_dye(e))}
    return {i: i for i in described} | told_apart | codes | genes


def _behind_dye(target: "Element") -> str:
    """The gene of a target `dye@gene` whose dye is its own, "" for any other id."""
    dye, mark, gene = id_of(target).partition("@")
    return gene.strip() if mark and dye.strip() == reference_in(target, "dyeId") else ""


def protocol_cycles(root: "Element", run: Run) -> int | None:
    """The cycles of the run's thermal protocol: the passes of the one loop in which fluorescence is read.

    None without a protocol, or where several loops may be meant. A protocol that does not say where it reads is taken
    by its only loop.
    """
    wanted = reference_in(run.element, "thermalCyclingConditions")
    protocol = next((p for p in root.findall("thermalCyclingConditions") if wanted and id_of(p) == wanted), None)
    if protocol is None:
        return None
    steps = [(_whole(text_in(step, "nr")), step) for step in protocol.findall("step")]
    read = {nr for nr, step in steps if any((m.text or "").strip() == "real time" for m in step.iter("measure"))}
    loops = [(_whole(text_in(s, "loop/goto")), nr, _whole(text_in(s, "loop/repeat"))) for nr, s in steps]
    passes = [repeat for goto, nr, repeat in loops if repeat and (not read or any(goto <= r < nr for r in read))]
    return passes[0] if len(passes) == 1 else None


def _whole(text: str) -> int:
    """A count, 0 for any other text."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0
