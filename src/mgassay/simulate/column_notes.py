"""What each column of a lab's own tables is for, in a sentence: shown on the headings of the template workbook."""

from collections.abc import Mapping

CONDITIONS: Mapping[str, str] = {
    "condition": "A short name of your own, once per row. Layouts use it.",
    "medium": "The medium, spelt as medium_calcifying or medium_control in experiment.toml.",
    "mg_mM": "Total Mg2+ of the medium, in mM.",
    "inhibitor": "What stopped Mg2+ entry, such as 2-APB; none for its vehicle.",
    "inhibitor_uM": "How much of it, in µM.",
    "sirna": "TRPM7 or another siRNA, scramble for its control, none without transfection.",
    "cells": "live; none for medium without cells; fixed for dead cells or matrix.",
    "comparator": "What lowers mineral without Mg2+ (pyrophosphate, fetuin-A, lower Pi); else none.",
    "modulator": "Any other treatment, such as AngII; else none.",
    "mg_salt": "Which salt Mg2+ was added as: chloride or sulfate.",
    "day": "The day of harvest, where there were several.",
    "mg_from_day": "The day from which Mg2+ was raised; 0 for the whole time.",
    "basal_medium": "The medium's name in a catalogue, such as M199 or DMEM.",
    "ca_mM": "Total calcium of the medium, in mM.",
    "pi_mM": "Total phosphate of the medium, what was added included, in mM.",
    "bgp_mM": "Beta-glycerophosphate, in mM.",
    "hco3_mM": "Bicarbonate, in mM.",
    "pH": "The pH of the medium in the incubator, measured.",
    "co2_percent": "CO2 of the incubator, in %.",
    "serum_percent": "Serum, in % of the volume.",
    "albumin_uM": "Albumin, in µM.",
    "atp_uM": "ATP, in µM.",
    "ppi_uM": "Pyrophosphate, in µM.",
    "nh4_mM": "Ammonium, in mM.",
    "label": "How figures call the condition, where not by its name.",
    "order": "Its place in figures: 1, 2, 3 ...",
}
FILES: Mapping[str, str] = {
    "file": "The export as it came, from this folder on: raw/plate_1.xlsx. For images the folder they are in.",
    "assay": "What was measured. Choose from the list.",
    "layout": "The layout that says what the wells hold: its sheet's name without layout_. Empty for qPCR by samples.",
    "plate": "A name of your own for the plate, as the report should call it.",
    "sheet": "Which sheet, or which plate of the file, where it holds several.",
    "wavelength_nm": "The wavelength that counts, in nm, where the file does not say or holds several reads.",
    "dilution": "How many fold the samples were diluted before they were read.",
    "reader": "Only where the file itself leaves a doubt. Choose from the list.",
    "pattern": "Images: how their names say the well; a preset or a regular expression with the named group well.",
    "confirm": "Codes of problems that you have looked at and accept, such as MG318.",
}
LAYOUT: Mapping[str, str] = {
    "well": "A1, A01 and a 1 are the same. One row per well.",
    "role": "What the well is for. Choose from the list. sample and standard may be left out.",
    "condition": "The condition's name, as in the sheet conditions. Choose from the list.",
    "donor": "The donor, isolation or independent run; n counts these. Without cells: the run, such as run1.",
    "rep": "Which culture well of that donor and condition: 1, 2, 3. Assay wells of one culture well share it.",
    "standard": "The concentration of a standard, in the standard_unit of experiment.toml.",
    "dilution": "How many fold this well was diluted, where not as in the sheet files.",
    "target": "qPCR: the gene, where the export does not say.",
    "sample": "qPCR: the sample's name in the sheet samples.",
}
SAMPLES: Mapping[str, str] = {
    "sample": "The sample's name in the qPCR export, spelt the same.",
    **{column: LAYOUT[column] for column in ("condition", "donor", "rep")},
}


def notes_of(table: str) -> Mapping[str, str]:
    """Notes by column for a table's name as its sheet has it (`layout_...` for layouts).

    >>> notes_of("layout_P1")["well"]
    'A1, A01 and a 1 are the same. One row per well.'
    """
    return {"conditions": CONDITIONS, "files": FILES, "samples": SAMPLES}.get(table, LAYOUT)
