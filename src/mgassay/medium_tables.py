"""The tables of medium chemistry; `tables` hands them on."""

from mgassay.table import table

CHEMISTRY = table(
    "chemistry",
    text="condition reference_condition bgp_state constant_set flag",
    number="pH ionic_strength_M ca_free_mM mg_free_mM hpo4_free_mM mg_ca_ratio si_hap si_ocp si_btcp si_dcpd si_acp"
    " si_acp2 si_newberyite si_calcite pi_equivalent_percent pH_equivalent",
    order="condition, reference_condition, bgp_state, constant_set, pH, ionic_strength_M, ca_free_mM, mg_free_mM,"
    "hpo4_free_mM, mg_ca_ratio, si_hap, si_ocp, si_btcp, si_dcpd, si_acp, si_acp2, si_newberyite, si_calcite,"
    "pi_equivalent_percent, pH_equivalent, flag",
)
# Beside the contract's chemistry.csv: every free ion, ion pair and solid, with the range of the solid's constant.
MEDIUM_SPECIES = table(
    "medium_species",
    text="condition bgp_state constant_set kind species",
    number="amount_mM si si_low si_high",
    order="condition, bgp_state, constant_set, kind, species, amount_mM, si, si_low, si_high",
)
# What the Pi-equivalent of a Mg step alone would do to a readout, off the experiment's own phosphate dose response.
PASSIVE_EXPECTED = table(
    "passive_expected",
    text="readout condition reference_condition cells bgp_state constant_set contrast flag",
    number="mg_reference_mM mg_raised_mM pi_mM pi_equivalent_mM estimate ci_low ci_high measured measured_low"
    " measured_high",
    integer="n_donors",
    order="readout, condition, reference_condition, cells, bgp_state, constant_set, mg_reference_mM, mg_raised_mM,"
    "pi_mM, pi_equivalent_mM, estimate, ci_low, ci_high, n_donors, contrast, measured, measured_low, measured_high,"
    "flag",
)
