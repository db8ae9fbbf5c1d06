"""What the identifiers in the tables are called in the report.

A name that is not listed here is printed as it stands, so that nothing is lost when a room adds one.
"""

from collections.abc import Mapping

READOUTS: Mapping[str, str] = {
    "calcium": "calcium per protein",
    "calcium_per_well": "calcium per well",
    "protein_per_well": "protein per well",
    "calcium_apparent": "apparent calcium of the dye",
    "alizarin_area": "Alizarin Red area",
    "alizarin_od": "Alizarin Red density",
    "alizarin_extract": "Alizarin Red extract",
    "alizarin_extract_per_protein": "Alizarin Red extract per protein",
    "alp": "alkaline phosphatase per protein",
    "alp_per_well": "alkaline phosphatase per well",
    "mg_intracellular": "intracellular Mg²⁺",
    "t50": "T50 of calciprotein particles",
    "viability": "viability",
}
ASSAYS: Mapping[str, str] = {
    "calcium": "Calcium",
    "protein": "Protein",
    "alizarin_image": "Alizarin Red images",
    "alizarin_extract": "Alizarin Red extract",
    "alp": "ALP",
    "mg_intracellular": "Intracellular Mg²⁺",
    "t50": "T50",
    "viability": "Viability",
    "qpcr": "qPCR",
}
UNITS: Mapping[str, str] = {
    "ug/mg": "µg per mg protein",
    "ug/well": "µg per well",
    "mg/well": "mg per well",
    "ug/mL": "µg/mL",
    "uM": "µM",
    "uM/mg": "µM per mg protein",
    "nmol/mg": "nmol per mg protein",
    "nmol/min": "nmol per min",
    "nmol/min/mg": "nmol per min per mg protein",
    "1": "fraction of the field",
    "OD": "optical density",
    "um2": "µm²",
    "px": "pixels",
    "min": "min",
    "percent": "%",
}
SHARES: Mapping[str, str] = {
    "passive": "passive, no cells needed",
    "surface": "cell surface or residual entry",
    "intracellular": "intracellular",
    "extracellular": "extracellular or residual entry",
    "intracellular_corrected": "intracellular, corrected",
}
COLUMNS: Mapping[str, str] = {"inhibitor": "inhibitor", "sirna": "siRNA"}
CONTRASTS: Mapping[str, str] = {
    "total": "T, entry intact",
    "blocked": "B, entry blocked",
    "acellular": "A, no cells",
    "interaction": "T − B, lost under block",
    "surface": "B − A, cells present, entry blocked",
    "block_main": "the block by itself",
    "dose": "dose series",
}
METHODS: Mapping[str, str] = {
    "donor_t": "per-donor contrasts, t",
    "block_anova": "if donors respond alike (block ANOVA)",
    "welch": "Welch",
    "dunnett": "Dunnett",
    "fieller_donor": "Fieller, per donor",
    "fieller_block_anova": "Fieller, if donors respond alike",
}
FLAGS: Mapping[str, str] = {
    "above_curve": "beyond what the assay can read: known only to exceed the limit",
    "below_lod": "below the limit of detection",
    "below_loq": "below the limit of quantification",
    "saturated": "the reader's own overflow",
    "masked": "masked in the export",
    "excluded": "excluded by the lab",
    "no_background": "no background that could be subtracted",
    "no_protein": "no protein to divide by",
    "uncalibrated": "no standards or no negative control image",
    "curve_failed": "too few standards back-calculate",
    "contaminated_controls": "the negative wells are stained or dirty",
    "clipped": "clipped pixels",
    "out_of_focus": "out of focus",
    "white_balance": "another white balance than its plate",
    "illumination": "another light than its plate",
    "empty_field": "no cells in the field",
    "annotation": "a scale bar or text, left out of the field",
    "grey": "grey image",
    "duplicate": "the same image twice",
    "undetermined": "Cq not reached",
    "censored": "wells without a Cq counted as below what could be seen (likelihood)",
    "assumed_cycles": "cycle count not in the export, 40 assumed",
    "assumed_efficiency": "efficiency not measured, 2 per cycle assumed",
    "efficiency_error": "with the error of the PCR efficiencies",
    "outlier": "far from its replicates",
    "past_record": "later than the recording lasted",
    "no_linear_window": "no straight stretch in its time course",
    "floor": "at the detection limit above background: a bound, not a value",
    "proxy_rho": "residual entry from TRPM7 mRNA, not from Mg²⁺ itself",
    "unpaired_rho": "residual entry from other donors than those of mineral",
    "entry_not_blocked": "entry was not blocked, as intracellular Mg²⁺ shows",
    "discordant_blocks": "the blocks disagree",
    "unpaired_blocks": "the two blocks were run in different donors",
    "unspecific_block": "the block changes what needs no Mg²⁺ as well",
    "lower_bound": "a lower bound",
    "upper_bound": "an upper bound",
    "not_scale_robust": "depends on the scale it is counted on",
    "unmatched": "mineral not shown to be the same",
    "mineral_may_explain": "what is left of a difference in mineral may explain it",
    "discordant_comparators": "the comparators disagree",
    "unconfirmed": "not shown by the other comparator alone",
    "extrapolated": "mineral beyond that of the arms compared with",
    "less_viable": "an arm compared lost viability",
    "direct": "a direct effect",
    "direct_if_inert": "direct if the comparator does nothing to the gene",
    "few_donors": "too few donors: no interval",
    "total_near_zero": "total effect close to zero",
    "antagonism": "estimate outside 0 to 100 %",
    "shared_donors": "experiments share donors: each counted once",
    "not_pooled": "some experiments left out",
    "few_wells": "too few wells",
    "confounded": "position cannot be told from what the wells hold",
    "out_of_control": "beyond the control limits",
    "assumed_medium": "part of the medium taken for granted",
    "computed_ph": "pH computed from bicarbonate and CO₂, not measured",
    "may_precipitate": "may precipitate by itself (provisional)",
    "precipitates": "expected to precipitate by itself (provisional)",
    "outside_curve": "beyond the phosphate levels that were run",
    "drift": "in a run of eight or more plates on one side of the centre",
}
LIFELESS: Mapping[str, str] = {"none": "medium only", "fixed": "fixed cells"}
INTACT = "entry intact"
ROLES: Mapping[str, tuple[str, str]] = {
    "sample": ("●", "sample"),
    "standard": ("◆", "standard"),
    "blank": ("○", "blank"),
    "mg_control": ("△", "Mg control, no calcium"),
    "ntc": ("N", "no template"),
    "nrt": ("R", "no reverse transcriptase"),
    "empty": ("·", "empty"),
    "excluded": ("✕", "excluded"),
}


def _plain(name: str) -> str:
    """An identifier that has no entry, as words."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """A text with its first letter raised."""
    return text[:1].upper() + text[1:]


def readout(name: str) -> str:
    """A readout in words.

    >>> readout("gene:RUNX2"), readout("calcium")
    ('RUNX2 mRNA', 'calcium per protein')
    """
    return f"{name.removeprefix('gene:')} mRNA" if name.startswith("gene:") else READOUTS.get(name, _plain(name))


def assay(name: str) -> str:
    """An assay in words."""
    return ASSAYS.get(name, _plain(name))


def unit(name: str) -> str:
    """A unit as the field writes it."""
    return UNITS.get(name, name)


def column(name: str) -> str:
    """A column of conditions.csv."""
    return COLUMNS.get(name, _plain(name))


def share(name: str) -> str:
    """A share in words."""
    return SHARES.get(name, _plain(name))


def contrast(name: str) -> str:
    """A contrast in words."""
    return CONTRASTS.get(name, _plain(name))


def method(name: str) -> str:
    """An estimator in words."""
    return METHODS.get(name, _plain(name))


def flags(joined: str) -> str:
    """Flags joined by `;` in words."""
    return "; ".join(FLAGS.get(f, _plain(f)) for f in joined.split(";") if f)


def gene(symbol: str) -> str:
    """A gene by its symbol; the score, which is none, in words."""
    return "Osteogenic score" if symbol == "osteogenic_score" else symbol


def lifeless(kind: str) -> str:
    """A kind of acellular arm."""
    return LIFELESS.get(kind, _plain(kind))


def block(name: str) -> str:
    """A block by name; the empty block is intact entry."""
    return name or INTACT
