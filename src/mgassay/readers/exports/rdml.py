"""RDML 1.0 to 1.4, the exchange format of qPCR (CFX Manager and Maestro, StepOne, LightCycler 96, RDML tools ...).

One reading per reaction and target, as the run's Cq: a number of cycles, not detected, left out by the lab, or none.
Not detected is written in many ways: no Cq at all, -1, NaN, or a Cq at (or above) the number of cycles that were run.
A multiplex plate of CFX is a run per dye; `sheet` may name several runs joined by `;` (FAM;HEX), which are one plate.
"""

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems, listed
from mgassay.readers.amplification import curves_from_points
from mgassay.readers.cycles import beyond_run
from mgassay.readers.rdml_document import (
    VERSIONS,
    Measured,
    Run,
    Sample,
    document_from_content,
    id_of,
    measured_in,
    names_of,
    protocol_cycles,
    runs_in,
    samples_in,
)
from mgassay.readers.rdml_runs import runs_asked
from mgassay.readers.reader import Export, Reader
from mgassay.readers.sheets import Content
from mgassay.readers.text import number_from
from mgassay.wellnames import compact

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

    from mgassay.experiment import RawFile

EVIDENCE = "1.0, 1.1 and 1.4 read against public files; 1.2 and 1.3: format only, no real file seen"
NAME, TITLE = "rdml", "RDML qPCR data (version 1.0 to 1.4)"
NOT_AVAILABLE = -1.0  # in place of a Cq or a quantity, by the format's own rule
_NAMED = 3


@dataclass(frozen=True, eq=False)
class RunRead:
    """A run with what is needed to make readings of it; samples and the names of samples and targets are by id."""

    root: "Element"
    run: Run
    measured: Sequence[Measured]
    cycles: int | None
    samples: Mapping[str, Sample]
    sample_names: Mapping[str, str]
    target_names: Mapping[str, str]

    @functools.cached_property
    def analysed(self) -> bool:
        """Whether any reaction has a Cq. Where none has, a reaction without one is no non-detect."""
        return any((number_from(m.cq, ".") or 0) > 0 for m in self.measured)

    def target(self, m: Measured) -> str:
        """The name of a reaction's target."""
        return self.target_names.get(m.target, m.target)

    def quantity(self, m: Measured) -> tuple[str, str]:
        """The quantity and unit of a reaction's sample with its target, as written."""
        return self.samples[m.sample].quantity(m.target) if m.sample in self.samples else ("", "")


def detect(content: Content) -> bool:
    """Whether the file is an RDML document, zipped or not."""
    return bool(content.xml)


def read(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The readings and amplification curves of one run, or of several that are one plate.

    Raises UnreadableError when the document is broken, several runs may be meant, or reactions have no well of their
    own.
    """
    import pandas as pd

    root = document_from_content(content)
    reads = [_run_read(root, run) for run in runs_asked(runs_in(root), raw)]
    _check_one_plate(reads)
    frames = [tables.RAW_READINGS.frame(_reading(it, m, raw) for m in it.measured) for it in reads]
    frame = tables.RAW_READINGS.frame(pd.concat(frames, ignore_index=True))
    _check_once(frame)
    for it, own in zip(reads, frames, strict=True):
        _report(it, own, raw, problems)
    points = [
        (m.well, it.target(m), str(cycle), fluor) for it in reads for m in it.measured for cycle, fluor in m.points
    ]
    curves = curves_from_points(points, "fluorescence", ".", raw)
    return Export(frame.assign(status=frame["status"].replace("unknown", "missing").astype("str")), curves)


def _run_read(root: "Element", run: Run) -> RunRead:
    """One run of the document; raises UnreadableError MG126 when none of its reactions has data."""
    measured = measured_in(run)
    if not measured:
        raise UnreadableError("MG126", sheet=run.name, seen="no reaction with data", title=TITLE)
    cycles = cycles_from(measured, protocol_cycles(root, run))
    return RunRead(root, run, measured, cycles, samples_in(root), names_of(root, "sample"), names_of(root, "target"))


def _check_one_plate(reads: Sequence[RunRead]) -> None:
    """Raises UnreadableError MG113 for runs that hold different samples in one well: they are several plates."""
    held: dict[str, str] = {}
    for m in (m for it in reads for m in it.measured if m.sample and len(reads) > 1):
        if held.setdefault(m.well, m.sample) != m.sample:
            names = ", ".join(it.run.name for it in reads)
            raise UnreadableError(
                "MG113", seen=f"{names} ({m.well} holds {held[m.well]} in one, {m.sample} in another)"
            )


def cycles_from(measured: Sequence[Measured], by_protocol: int | None) -> int | None:
    """The cycles that were run: the last one of any curve, else those of the protocol, else None.

    Curves that end before a Cq which the protocol allows were shortened, and say nothing.
    """
    last = max((cycle for m in measured for cycle, _ in m.points), default=0)
    numbers = [n for m in measured if (n := number_from(m.cq, ".")) is not None]
    if last and by_protocol is None:
        return None if any(n > last and not n.is_integer() for n in numbers) else last
    if not last or by_protocol is None:
        return by_protocol
    return by_protocol if any(last < n < by_protocol for n in numbers) else last


def _reading(it: RunRead, m: Measured, raw: "RawFile") -> dict[str, Any]:
    """One row of the readings, status `unknown` for text that is no Cq; a Cq that was left out stays as read."""
    target = it.target(m)
    status, value = cq_from(m.cq, it.cycles, it.analysed)
    return {
        "file": raw.file,
        "sheet": it.run.name,
        "place": f"react {m.react}, target {target}" if target else f"react {m.react}",
        "plate": raw.plate,
        "well": m.well,
        "channel": target,
        "read_index": 0,
        "value": value,
        "status": "omitted" if m.omitted else status,
        "raw": m.cq,
        "sample": it.sample_names.get(m.sample, m.sample),
        "task": it.samples[m.sample].task(m.target) if m.sample in it.samples else "",
        "quantity": amount_from(*it.quantity(m)),
        "cycles": it.cycles,
    }


def cq_from(text: str, cycles: int | None, analysed: bool = True) -> tuple[str, float]:
    """Status and number of a Cq: `ok`, `undetermined`, `missing` (a run without analysis), `unknown` (no Cq at all).

    >>> cq_from("27.75", 40), [cq_from(text, 40)[0] for text in ("40.0", "-1.0", "", "27,75")]
    (('ok', 27.75), ['undetermined', 'undetermined', 'undetermined', 'unknown'])
    """
    number = number_from(text, ".")
    if text.casefold() in ("", "nan") or number == NOT_AVAILABLE:
        return "undetermined" if analysed else "missing", math.nan
    if number is None or number <= 0:
        return "unknown", math.nan
    return ("undetermined", math.nan) if beyond_run(number, cycles) else ("ok", number)


def amount_from(text: str, unit: str) -> float | None:
    """The quantity of a standard; a dilution (10 for 1:10) is its reciprocal, so that more is more in every unit.

    >>> amount_from("5000.0", "cop"), amount_from("10", "dil"), amount_from("-1.0", "cop")
    (5000.0, 0.1, None)
    """
    number = number_from(text, ".")
    if number is None or number == NOT_AVAILABLE:
        return None
    return 1 / number if unit == "dil" and number > 0 else number


def _check_once(frame: "pd.DataFrame") -> None:
    """Raises UnreadableError MG125 when a well has two readings of one target."""
    twice = frame[frame.duplicated(["well", "channel"])]
    if len(twice):
        first = twice.iloc[0]
        seen = f"{first['well']} {first['channel']}".strip()
        raise UnreadableError("MG125", sheet=first["sheet"], place=first["place"], seen=seen)


def _report(it: RunRead, frame: "pd.DataFrame", raw: "RawFile", problems: Problems) -> None:
    """All that is to be said of one run and its readings."""
    _report_words(it, frame, raw, problems)
    for seen in _meanings(it, frame):
        problems.add("MG157", file=raw.file, sheet=it.run.name, seen=seen)
    for seen, mend in _doubts(it, frame):
        problems.add("MG158", file=raw.file, sheet=it.run.name, seen=seen, mend=mend)
    if not it.analysed:
        problems.add("MG159", file=raw.file, sheet=it.run.name, seen=it.run.name)


def _report_words(it: RunRead, frame: "pd.DataFrame", raw: "RawFile", problems: Problems) -> None:
    """A problem for every Cq and every quantity that is none."""
    bad = frame[frame["status"] == "unknown"]
    for place, seen in zip(bad["place"], bad["raw"], strict=True):
        problems.add("MG120", file=raw.file, sheet=it.run.name, place=place, seen=seen)
    for m in it.measured:
        text = it.quantity(m)[0]
        if text.casefold() not in ("", "nan") and number_from(text, ".") is None:
            problems.add("MG134", file=raw.file, sheet=it.run.name, place=f"sample {m.sample}", seen=text)


def _meanings(it: RunRead, frame: "pd.DataFrame") -> Iterator[str]:
    """What was read by its meaning rather than as it is written."""
    tops = frame.loc[(frame["status"] == "undetermined") & frame["raw"].map(lambda t: (number_from(t, ".") or 0) > 0)]
    if len(tops):
        texts = ", ".join(dict.fromkeys(tops["raw"]))
        yield f"Cq at or above the {it.cycles} cycles of the run count as not detected: {len(tops)}, written {texts}"
    diluted = list(dict.fromkeys(m.sample for m in it.measured if it.quantity(m)[1] == "dil"))
    if diluted:
        yield f"dilutions (10 for 1:10) are read as their reciprocals (0.1): {listed(diluted, _NAMED)}"
    used = {m.sample: it.sample_names.get(m.sample, m.sample) for m in it.measured}
    used |= {m.target: it.target(m) for m in it.measured}
    called = [f"{i} is {name}" for i, name in used.items() if name != i]
    if called:
        yield f"names stand in place of ids that are numbers or codes: {listed(called, _NAMED)}"


def _doubts(it: RunRead, frame: "pd.DataFrame") -> Iterator[tuple[str, str]]:
    """What weakens the readings, each with what to do about it."""
    version = it.root.get("version", "")
    if version and version not in VERSIONS:
        yield f"RDML version {version} is not one of {', '.join(VERSIONS)}", "Compare a few Cq with the program's own."
    with_data = {m.react for m in it.measured}
    without = [i for r in it.run.element.findall("react") if (i := id_of(r)) not in with_data]
    if without:
        yield (
            f"there are no qPCR data for react {listed(without, _NAMED)}",
            "Nothing to do if they were not run, or are digital PCR, which is not read.",
        )
    strange = [s for s in dict.fromkeys(m.sample for m in it.measured) if s and s not in it.samples]
    if strange:
        wells = compact(m.well for m in it.measured if m.sample in strange)
        yield (
            f"nothing is said of the samples of {wells} ({listed(strange, _NAMED)}): they may be controls or standards",
            "Give these wells their roles in the layout.",
        )
    if any("@" in m.target and it.target(m) != m.target for m in it.measured):
        yield (
            "the targets are named as the LightCycler 96 does; its calls (positive, negative) are not in RDML, and a "
            "reaction that it calls negative may have a Cq like any other",
            "Look at the calls in the program and leave the negative reactions out of the export or the layout.",
        )
    highest = frame.loc[frame["value"] == frame["value"].max(), "raw"]
    if it.cycles is None and len(highest) > 1 and float(highest.iloc[0]).is_integer():
        yield (
            f"{len(highest)} Cq are exactly {highest.iloc[0]}, as some programs write what was not detected, and the "
            "number of cycles is not said",
            "Write the number of cycles into experiment.toml ([assays.qpcr] cycles) and check these wells.",
        )


READERS = (Reader(NAME, TITLE, "qPCR", detect, read, evidence=EVIDENCE),)
