"""The chemistry of media as tables of words, for the page and for the terminal."""

from collections.abc import Callable, Sequence

from mgassay.report import labels
from mgassay.report.chemistry_rows import STATES, MediumRows, ranged
from mgassay.report.numbers import NO_BREAK, NOTHING, decimal, level, significant
from mgassay.report.pieces import Listing, listing_of

SOLIDS = {
    "si_hap": "hydroxyapatite",
    "si_ocp": "octacalcium phosphate",
    "si_btcp": "β-TCP",
    "si_dcpd": "brushite",
    "si_acp": "amorphous (ACP)",
}
TIERS = {
    "precipitates": "expected",
    "may_precipitate": "possible",
    "": "not expected",
}
NOT_SHOWN = ("may_precipitate", "precipitates")  # flags that have a column of their own
WHAT_IT_IS = (
    "What Mg²⁺ does in the medium by binding alone, at equilibrium and 37 °C, before it meets a cell. Ranges are over "
    "sets of constants, not confidence intervals. The Pi-equivalent is the change of total phosphate that would move "
    "saturation in hydroxyapatite as far as the Mg²⁺ step does (below 0: as if there were less phosphate), the "
    "pH-equivalent the same for pH."
)
WHAT_IT_IS_NOT = (
    "It is a check of the design and no verdict: it knows no kinetics, no calciprotein particles, no cell surface and "
    "no matrix. A small change of saturation is not “no passive effect”: near the threshold of nucleation a little is "
    "much, and Mg²⁺ slows the growth of crystals without changing their saturation. Only wells without cells show "
    "what is passive."
)
MG_CA = "Mg/Ca is shown and not judged: plain DMEM is at 0.45."
HINT = (
    "Whether a medium precipitates by itself is a provisional hint from saturation in amorphous calcium phosphate: "
    "“expected” where every set puts it above saturation, “possible” where that depends on the constants, which "
    "scatter over 1.7 log units. Where it is either, run the same medium in wells without cells."
)


def signed_percent(value: float) -> str:
    """A change in percent, one decimal.

    >>> signed_percent(-7.36).replace(NO_BREAK, " ")
    '−7.4 %'
    """
    return f"{decimal(value, 1)}{NO_BREAK}%"


def fine(value: float) -> str:
    """A change of pH or saturation with three decimals."""
    return decimal(value, 3)


def tier_of(medium: MediumRows) -> str:
    """The tier of a medium as its flag; "" where it is below saturation."""
    flags = str(next(iter(medium.rows.values()))["flag"]).split(";")
    return next((f for f in NOT_SHOWN if f in flags), "")


def steps_told(steps: Sequence[MediumRows]) -> list[str]:
    """Every Mg step that has equivalents in a sentence, alike ones once."""
    known = (s for s in steps if NOTHING not in ranged(s.over_sets("pi_equivalent_percent")))
    return list(dict.fromkeys(map(_step_told, known)))


def _step_told(step: MediumRows) -> str:
    """One step in a sentence."""
    held = f" ({STATES[step.state]})" if step.state else ""
    pi = _less_or_more(step.over_sets("pi_equivalent_percent"), lambda v: f"{decimal(v, 1)}{NO_BREAK}%")
    pH = _less_or_more(step.over_sets("pH_equivalent"), fine, ("lower", "higher"))
    return (
        f"Raising Mg²⁺ from {level(step.reference_mg_mM)} to {level(step.mg_mM)} mM{held} does to the medium, by "
        f"binding alone, what {pi} phosphate would, or a pH {pH}."
    )


def _less_or_more(
    values: Sequence[float], word: Callable[[float], str], sides: tuple[str, str] = ("less", "more")
) -> str:
    """A signed range as an amount and its side; with its signs where the sets do not agree on the side."""
    if max(values) <= 0 or min(values) >= 0:
        return f"{ranged([abs(v) for v in values], word)} {sides[0] if max(values) <= 0 else sides[1]}"
    return f"{ranged(values, word)} {sides[1]}"


def steps_listing(steps: Sequence[MediumRows]) -> Listing:
    """Every Mg step: the change of saturation and what it equals, as ranges over constant sets."""
    heads = (
        "Mg²⁺ (mM)",
        "conditions",
        "β-GP",
        "Pi-equivalent",
        "pH-equivalent",
        *(f"ΔSI {n}" for n in SOLIDS.values()),
    )
    body = [
        (
            f"{level(m.reference_mg_mM)} to {level(m.mg_mM)}",
            ", ".join(m.conditions),
            STATES[m.state],
            ranged(m.over_sets("pi_equivalent_percent"), signed_percent),
            ranged(m.over_sets("pH_equivalent"), fine),
            *(ranged(m.change(column), fine) for column in SOLIDS),
        )
        for m in steps
    ]
    return listing_of("What each Mg²⁺ step equals (ranges over constant sets)", heads, body, numeric=heads[3:])


def media_listing(media: Sequence[MediumRows]) -> Listing:
    """Every medium: pH, free ions, Mg/Ca, saturation, whether it may precipitate by itself."""
    free = {"ca_free_mM": "free Ca²⁺ (mM)", "mg_free_mM": "free Mg²⁺ (mM)", "hpo4_free_mM": "free HPO₄²⁻ (mM)"}
    numbers = ("pH", *free.values(), "Mg/Ca", *(f"SI {n}" for n in SOLIDS.values()))
    heads = ("conditions", "β-GP", "precipitates by itself (provisional)", "remarks", *numbers)
    body = [
        (
            ", ".join(m.conditions),
            STATES[m.state],
            TIERS[tier_of(m)],
            _remarks(m),
            ranged(m.over_sets("pH")),
            *(ranged(m.over_sets(column), significant) for column in free),
            ranged(m.over_sets("mg_ca_ratio")),
            *(ranged(m.over_sets(column)) for column in SOLIDS),
        )
        for m in media
    ]
    return listing_of("What each medium holds (ranges over constant sets)", heads, body, numeric=numbers)


def _remarks(medium: MediumRows) -> str:
    """The flags that have no column of their own."""
    flags = str(next(iter(medium.rows.values()))["flag"]).split(";")
    return labels.flags(";".join(f for f in flags if f not in NOT_SHOWN))


def chemistry_text(media: Sequence[MediumRows], steps: Sequence[MediumRows]) -> str:
    """All of it for a terminal: what each medium holds, what each step equals, what this is not."""
    told = [listing_text(media_listing(media))]
    told += (
        [*steps_told(steps), listing_text(steps_listing(steps))]
        if steps
        else ["No condition has another of the same medium at less Mg²⁺."]
    )
    return "\n\n".join([WHAT_IT_IS, *told, MG_CA, HINT, WHAT_IT_IS_NOT])


def listing_text(listing: Listing) -> str:
    """A table as one block of lines per row, since its columns are more than a terminal is wide."""
    lines = [listing.caption]
    for row in listing.rows:
        filled = [f"{head}: {cell}" for head, cell in zip(listing.heads, row, strict=True) if cell]
        lines += ["", f"  {filled[0]}", *(f"    {one}" for one in filled[1:])]
    return "\n".join(lines)
