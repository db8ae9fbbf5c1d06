"""Medium chemistry in the methods paragraph."""

from collections.abc import Iterator, Mapping

from mgassay.report.chemistry_rows import SETS
from mgassay.report.rows import Tables

REFERENCES: Mapping[str, str] = {
    "Parkhurst": "Parkhurst DL, Appelo CAJ. Description of input and examples for PHREEQC version 3. US Geol Surv "
    "Techniques and Methods 2013;6-A43.",
}


def chemistry_sentences(tables: Tables) -> Iterator[str]:
    """How media were solved, where any was; nothing where none is described."""
    rows = tables["chemistry"]
    if not len(rows):
        return
    sets = [SETS.get(name, name) for name in dict.fromkeys(rows["constant_set"])]
    yield (
        "Equilibria of the media at 37 °C were computed with PHREEQC 3.8.6 (Parkhurst 2013), by "
        f"{len(sets)} sets of constants ({'; '.join(sets)}), and are given as ranges over these."
    )
    if rows["pi_equivalent_percent"].notna().any():
        yield (
            "The Pi-equivalent of an Mg²⁺ step is the change of total phosphate, at the reference Mg²⁺, that changes "
            "saturation in hydroxyapatite as much as the step does."
        )
    if tables["passive_expected"]["estimate"].notna().any():
        yield (
            "What that change of phosphate would do was read off the phosphate levels of this experiment, donor by "
            "donor, between two levels on logarithmic scales."
        )
