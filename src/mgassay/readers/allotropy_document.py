"""allotropy's plate-reader documents -> blocks of readings.

allotropy keeps an overflow as the value -0.0 and a note among the errors, may give the channel's number as wavelength,
and calls every absorbance mAU though it is the OD that the file prints. So notes are read before values, wavelengths
and units are checked, and nothing that it computed is taken.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mgassay.errors import UnreadableError
from mgassay.readers.blocks import Block
from mgassay.readers.sheets import Sheet
from mgassay.readers.spots import Spot
from mgassay.wellnames import well_from_text

# What is read of a measurement, and the units in which allotropy gives it.
SIGNALS = {
    "absorbance": ("mAU", "AU", "OD", "(unitless)"),
    "fluorescence": ("RFU", "(unitless)"),
    "luminescence": ("RLU", "(unitless)"),
}
CUBES = {
    "absorption profile data cube": "absorbance",
    "fluorescence emission profile data cube": "fluorescence",
    "fluorescence emission cube": "fluorescence",
    "luminescence profile data cube": "luminescence",
}
WAVELENGTHS_NM = (200.0, 1200.0)

Document = Mapping[str, Any]


class Value(NamedTuple):
    """One value with all that tells it from the others; `token` is its text, or allotropy's note in place of it."""

    plate: str
    channel: str
    wavelength_nm: float
    read_index: int
    time_s: float
    well: str
    token: str


def blocks_from_document(document: Document) -> list[Block]:
    """The reads of all plates; no block when the document is not of a plate reader.

    Raises UnreadableError MG164 for a wavelength or unit that cannot be, MG130 for a measurement whose well is none.
    """
    values = [v for m in _measurements(document) for v in _values(m)]
    sheet = Sheet("", tuple((v.token,) for v in values), row_name="value")
    reads: dict[tuple[object, ...], list[tuple[int, Value]]] = {}
    for row, value in enumerate(values):
        nm = "" if math.isnan(value.wavelength_nm) else value.wavelength_nm
        reads.setdefault((value.plate, value.channel, nm, value.read_index), []).append((row, value))
    return [_block(sheet, held) for held in reads.values()]


def _block(sheet: Sheet, held: list[tuple[int, Value]]) -> Block:
    """The block of the values of one read."""
    first = held[0][1]
    spots = tuple(Spot(value.well, row, 0) for row, value in held)
    return Block(sheet, spots, first.plate, first.channel, first.wavelength_nm, first.read_index, first.time_s)


def _measurements(document: Document) -> Iterator[Document]:
    """All measurement documents of a plate reader's document."""
    for name, aggregate in document.items():
        if not name.endswith("aggregate document") or not isinstance(aggregate, Mapping):
            continue
        for plate in aggregate.get(name.replace(" aggregate document", " document"), ()):
            held = plate.get("measurement aggregate document", {})
            yield from held.get("measurement document", ())


def _values(measurement: Document) -> Iterator[Value]:
    """The raw values of one measurement."""
    sample = measurement.get("sample document", {})
    notes = {n.get("error feature"): n.get("error", "") for n in _notes(measurement)}
    nm = _wavelength(measurement)
    place = str(sample.get("location identifier", ""))
    plate = str(sample.get("well plate identifier", ""))
    for signal, index, time_s, value in (*_single(measurement), *_courses(measurement)):
        well = well_from_text(place)
        if not well:
            raise UnreadableError("MG130", place=str(measurement.get("measurement identifier", "")), seen=place)
        channel = f"A{nm:g}" if signal == "absorbance" and not math.isnan(nm) else signal
        token = str(notes[signal]) if notes.get(signal) else repr(value)
        yield Value(plate, channel, nm, index, time_s, well, token)


def _notes(measurement: Document) -> list[Document]:
    """What allotropy could not read as a number, with the words that stood there."""
    return list(measurement.get("error aggregate document", {}).get("error document", ()))


def _wavelength(measurement: Document) -> float:
    """The detector's wavelength in nm, NaN where none is given; raises UnreadableError MG164 for one that cannot be."""
    controls = measurement.get("device control aggregate document", {}).get("device control document", ())
    given = next((c["detector wavelength setting"] for c in controls if "detector wavelength setting" in c), None)
    if given is None:
        return math.nan
    nm, unit = given.get("value"), given.get("unit")
    if unit != "nm" or not isinstance(nm, int | float) or not WAVELENGTHS_NM[0] <= nm <= WAVELENGTHS_NM[1]:
        raise UnreadableError("MG164", seen=f"a wavelength of {nm} {unit}")
    return float(nm)


def _single(measurement: Document) -> Iterator[tuple[str, int, float, float]]:
    """Signal, read, time and value of an endpoint."""
    for signal, units in SIGNALS.items():
        held = measurement.get(signal)
        if held is not None:
            _check_unit(signal, str(held.get("unit")), units)
            yield signal, 0, math.nan, float(held["value"])


def _courses(measurement: Document) -> Iterator[tuple[str, int, float, float]]:
    """Signal, read, time in s and value of every read of a kinetic measurement."""
    for name, signal in CUBES.items():
        cube = measurement.get(name)
        if cube is None:
            continue
        dimension = cube["cube-structure"]["dimensions"][0]
        _check_unit(signal, str(cube["cube-structure"]["measures"][0].get("unit")), SIGNALS[signal])
        if dimension.get("concept") != "elapsed time" or dimension.get("unit") != "s":
            raise UnreadableError("MG164", seen=f"{signal} over {dimension.get('concept')} in {dimension.get('unit')}")
        times, values = cube["data"]["dimensions"][0], cube["data"]["measures"][0]
        for index, (time_s, value) in enumerate(zip(times, values, strict=True)):
            yield signal, index, float(time_s), math.nan if value is None else float(value)


def _check_unit(signal: str, unit: str, units: tuple[str, ...]) -> None:
    """Raises UnreadableError MG164 for a unit that the signal is not given in."""
    if unit not in units:
        raise UnreadableError("MG164", seen=f"{signal} in {unit}")
