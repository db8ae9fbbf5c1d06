"""The tables of an experiment folder in memory (layouts after grids became rows); `tables` hands them on."""

from mgassay.table import table

CONDITIONS = table(
    "conditions",
    text="condition medium inhibitor sirna cells comparator modulator mg_salt day basal_medium label",
    number="mg_mM inhibitor_uM co2_percent albumin_uM atp_uM ppi_uM nh4_mM mg_from_day ca_mM pi_mM bgp_mM hco3_mM pH"
    " serum_percent",
    integer="order",
    order="condition, medium, mg_mM, inhibitor, inhibitor_uM, sirna, cells, comparator, modulator, co2_percent,"
    "mg_salt, albumin_uM, atp_uM, ppi_uM, nh4_mM, day, mg_from_day, ca_mM, pi_mM, bgp_mM, hco3_mM, pH,"
    "serum_percent, basal_medium, label, order",
)
LAYOUT = table(
    "layout",
    text="well role condition donor rep target sample",
    number="standard dilution",
    order="well, role, condition, donor, rep, standard, dilution, target, sample",
)
SAMPLES = table("samples", text="sample condition donor rep", order="sample, condition, donor, rep")
IMAGE_FILES = table(
    "image_files",
    text="file plate well field role condition donor rep region",
    number="pixel_size_um",
    order="file, plate, well, field, role, condition, donor, rep, pixel_size_um, region",
)
