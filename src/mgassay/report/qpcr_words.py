"""What the identifiers of qpcr_quality.csv are called."""

from collections.abc import Mapping

EFFICIENCY_FROM: Mapping[str, str] = {
    "given": "given by the laboratory",
    "series": "dilution series",
    "curves": "amplification curves",
    "assumed": "assumed, not measured",
}


def efficiency_source(subject: str) -> str:
    """Where an efficiency is from, in words; what was measured beside it says so.

    >>> efficiency_source("series"), efficiency_source("curves, not used")
    ('dilution series', 'amplification curves, not used')
    """
    source, mark, beside = subject.partition(",")
    return f"{EFFICIENCY_FROM.get(source, source)}{mark}{beside}"
