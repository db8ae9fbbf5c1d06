"""The qPCR of an experiment as RDML 1.3 (Real-time PCR Data Markup Language, rdml.org), the exchange format of qPCR.

What only the lab knows (primers, dyes, temperatures) is not made up: it is left out where the format allows, and the
dye, which it does not allow to be left out, is called `unknown`.
Source: RDML_v1_3_REC.xsd; Ruijter 2015, BMC Bioinformatics 16:197.
"""

import io
import itertools
import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.report.exports.export_samples import ExportSample, ExportTarget
from mgassay.report.exports.exported_wells import Exported, ExportRun
from mgassay.report.exports.harmless import xml_text
from mgassay.report.qpcr_words import efficiency_source

VERSION = "1.3"  # the last one of which the consortium's own program reads all
MEMBER = "rdml_data.xml"  # rdmlpython opens no other
NAMESPACE = "http://www.rdml.org"
NOT_AVAILABLE = "-1.0"  # in place of a Cq, by the schema's own words
UNKNOWN_DYE = "unknown"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold: same data, same bytes
_ANNOTATED = (
    "label",
    "medium",
    "mg_mM",
    "inhibitor",
    "inhibitor_uM",
    "sirna",
    "cells",
    "comparator",
    "modulator",
    "day",
)


def rdml_file(experiment: Experiment, exported: Exported, version: str) -> bytes:
    """The whole file: a zip with one document; `version` is that of mgassay."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(MEMBER, _NEVER)
        member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        archive.writestr(member, rdml_document(experiment, exported, version))
    return out.getvalue()


def rdml_document(experiment: Experiment, exported: Exported, version: str) -> bytes:
    """The document as UTF-8, elements in the order that the schema asks for."""
    out = io.BytesIO()
    xml = _Writer(out)
    with xml.element("rdml", version=VERSION, xmlns=NAMESPACE):
        with xml.element("documentation", id="analysis"):
            xml.text("text", _about(version))
        with xml.element("dye", id=UNKNOWN_DYE):
            xml.text("description", "The export did not say which; the laboratory knows.")
        known = experiment.conditions.set_index("condition")
        for sample in exported.samples:
            _sample(xml, sample, known)
        for target in exported.targets:
            _target(xml, target, exported)
        with xml.element("experiment", id=experiment.id):
            xml.text("description", xml_text(experiment.settings.experiment.title))
            xml.reference("documentation", "analysis")
            for run in exported.runs:
                _run(xml, run)
    xml.end()
    return out.getvalue()


def _about(version: str) -> str:
    """What a reader of the file should know of it."""
    return (
        f"Written by mgassay {version} from the exports of the qPCR program. Cq are those of that program. A reaction "
        f"that did not cross the threshold within the run has the Cq {NOT_AVAILABLE} and a note with the number of "
        "cycles; it is no Cq at the last cycle. Reactions that the laboratory left out, and those without a result, "
        "are marked as excluded with the reason. Amplification efficiencies are factors per cycle, as the quantities "
        "were made with. Dyes, primers and the thermal protocol are not in those exports."
    )


def _sample(xml: "_Writer", sample: ExportSample, conditions: pd.DataFrame) -> None:
    """One sample with its condition, donor and rep, and what the condition is, as annotations."""
    with xml.element("sample", id=sample.name):
        xml.text("description", sample.called)
        for name in ("condition", "donor", "rep"):
            _annotation(xml, name, getattr(sample, name))
        if sample.condition in conditions.index:
            for name in _ANNOTATED:
                _annotation(xml, name, _told(conditions.at[sample.condition, name]))
        xml.text("type", sample.type)
        if sample.calibrator:
            xml.text("interRunCalibrator", "true")
        if sample.type == "std" and not math.isnan(sample.quantity):
            with xml.element("quantity"):
                xml.text("value", repr(sample.quantity))
                xml.text("unit", "other")


def _annotation(xml: "_Writer", name: str, value: str) -> None:
    """One property of a sample; none without a value."""
    if value:
        with xml.element("annotation"):
            xml.text("property", name)
            xml.text("value", value)


def _told(value: Any) -> str:
    """A cell of conditions.csv as text, "" where it is empty."""
    return "" if pd.isna(value) else xml_text(str(value))


def _target(xml: "_Writer", target: ExportTarget, exported: Exported) -> None:
    """One target. Its efficiency stands here where all plates have one, and with every reaction besides."""
    found = {
        e for run in exported.runs for e in run.wells.loc[run.wells["target"] == target.name, "efficiency"].dropna()
    }
    with xml.element("target", id=target.name):
        if target.gene != target.name:
            xml.text("description", target.gene)
        xml.text("type", target.type)
        if len(found) == 1:
            xml.text("amplificationEfficiency", repr(float(found.pop())))
        xml.reference("dyeId", UNKNOWN_DYE)


def _run(xml: "_Writer", run: ExportRun) -> None:
    """One plate with all its reactions."""
    with xml.element("run", id=xml_text(run.plate)):
        xml.text("description", ", ".join(f"{c} cycles" for c in sorted(run.wells["cycles"].dropna().unique())))
        xml.reference("documentation", "analysis")
        with xml.element("pcrFormat"):
            for name, words in zip(
                ("rows", "columns", "rowLabel", "columnLabel"), (*map(str, run.shape), "ABC", "123"), strict=True
            ):
                xml.text(name, words)
        records = run.wells.to_dict("records")  # sorted by react
        for react, rows in itertools.groupby(records, key=lambda row: row["react"]):
            first, *others = rows
            with xml.element("react", id=str(react)):
                xml.reference("sample", first["name"])
                for row in (first, *others):
                    _data(xml, row)


def _data(xml: "_Writer", row: Mapping[Any, Any]) -> None:
    """One reaction with one target: Cq, efficiency, why it is left out, what is to be known of it, its curve."""
    with xml.element("data"):
        xml.reference("tar", row["target"])
        xml.text("cq", _cq(row))
        if not math.isnan(row["efficiency"]):
            xml.text("ampEffMet", efficiency_source(row["efficiency_source"]))
            xml.text("ampEff", repr(float(row["efficiency"])))
        xml.text("excl", _excluded(row))
        xml.text("note", f"not detected within {row['cycles']} cycles" if row["status"] == "undetermined" else "")
        for cycle, fluorescence in points_of(row["fluorescence"], row["first_cycle"]):
            with xml.element("adp"):
                xml.text("cyc", str(cycle))
                xml.text("fluor", fluorescence)


def _cq(row: Mapping[Any, Any]) -> str:
    """The Cq in full; the schema's sign for none where the threshold was not reached; "" without a result."""
    if not math.isnan(row["cq"]):
        return repr(float(row["cq"]))
    return NOT_AVAILABLE if row["status"] == "undetermined" else ""


def _excluded(row: Mapping[Any, Any]) -> str:
    """Why a reaction is not to be evaluated, "" for those that are."""
    if row["role"] == "excluded":
        return "excluded in the layout"
    return {"omitted": "omitted in the export", "none": "no result in the export"}.get(row["status"], "")


def points_of(fluorescence: str, first_cycle: Any) -> Iterator[tuple[int, str]]:
    """Cycles with their fluorescence as text, those without a value left out.

    >>> list(points_of("0.5;;0.75", 1))
    [(1, '0.5'), (3, '0.75')]
    """
    values = fluorescence.split(";") if fluorescence else []
    return ((int(first_cycle) + k, value) for k, value in enumerate(values) if value)


class _Writer:
    """Elements one after the other into a stream, so that no tree of a large run stands in memory."""

    def __init__(self, out: io.BytesIO) -> None:
        """Starts the document."""
        self._xml = XMLGenerator(out, encoding="utf-8", short_empty_elements=True)
        self._xml.startDocument()

    @contextmanager
    def element(self, name: str, **attributes: str) -> Iterator[None]:
        """An element around what is written inside."""
        self._xml.startElement(name, AttributesImpl(attributes))
        yield
        self._xml.endElement(name)
        self._xml.characters("\n")

    def text(self, name: str, text: str) -> None:
        """An element that holds a text; none without one."""
        if text:
            self._xml.startElement(name, AttributesImpl({}))
            self._xml.characters(text)
            self._xml.endElement(name)

    def reference(self, name: str, to: str) -> None:
        """An element that refers to the id of another."""
        self._xml.startElement(name, AttributesImpl({"id": to}))
        self._xml.endElement(name)

    def end(self) -> None:
        """Ends the document."""
        self._xml.endDocument()
