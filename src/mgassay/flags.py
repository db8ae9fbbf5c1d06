"""Every flag that a row of a result can carry, in one order, and how flags are joined."""

from mgassay.errors import ContractError

FLAGS = (
    "above_curve",  # at least `limit`: above the top standard, beyond an apex, or later than the record
    "below_lod",
    "below_loq",
    "saturated",  # the reader's own overflow
    "masked",
    "excluded",
    "no_background",  # no no-Pi condition to subtract
    "no_protein",
    "uncalibrated",  # no standards, or no negative control image
    "curve_failed",  # too few standards back-calculate
    "contaminated_controls",  # the threshold from the negative wells is implausibly high
    "clipped",
    "out_of_focus",
    "white_balance",  # another white than its plate's
    "illumination",  # brighter, darker or less even than its plate
    "empty_field",  # no cells where there should be some
    "annotation",  # a scale bar or text, left out of the field
    "grey",
    "duplicate",
    "undetermined",  # Cq not reached
    "censored",  # non-detects entered by their likelihood
    "assumed_cycles",  # the export does not say how many cycles were run
    "assumed_efficiency",  # 2 per cycle, not measured
    "efficiency_error",  # the interval holds the error of the efficiencies as well
    "outlier",  # a technical well that does not agree with the others of its kind
    "past_record",  # the event comes later than the recording
    "no_linear_window",  # a time course without a stretch that is straight
    "floor",  # at or below LOD above background: a bound, not a value
    "proxy_rho",  # corrected by, or rho itself: from TRPM7 mRNA, not from Mg2+
    "unpaired_rho",  # rho from other donors than those of mineral
    "entry_not_blocked",  # intracellular Mg shows that the block left Mg entry as it was, or raised it
    "discordant_blocks",
    "unpaired_blocks",  # two blocks compared by other donors
    "unspecific_block",  # it changes what a comparator without Mg2+ does too
    "lower_bound",
    "upper_bound",  # the true value is at most this
    "not_scale_robust",
    "unmatched",  # a comparator not shown to leave as much mineral as raised Mg
    "mineral_may_explain",  # what is left of a mismatch in mineral could make the difference between genes
    "discordant_comparators",  # comparators differ in a gene at the same mineral: one acts on it, or the line is bent
    "unconfirmed",  # another comparator, taken alone, does not show the same
    "extrapolated",  # mineral at raised Mg lies beyond that of all arms without it
    "less_viable",  # an arm that it rests on lost viability
    "direct",  # an effect of Mg on a gene that is not mineral's, and two comparators say so
    "direct_if_inert",  # the same, if the only comparator does nothing to the gene
    "few_donors",  # too few donors: no interval
    "total_near_zero",
    "antagonism",  # a share outside 0 to 1
    "shared_donors",  # experiments with donors in common, each donor counted once
    "not_pooled",  # experiments were left out: another Mg step or acellular arm, or a bound in place of a value
    "few_wells",  # too few wells of a kind for this number
    "confounded",  # no group of like wells stands at two such positions of its plate
    "out_of_control",  # a plate beyond the limits of its control chart
    "assumed_medium",  # something of the medium was taken for granted
    "computed_ph",  # the pH of bicarbonate under its CO2, not measured
    "may_precipitate",  # above saturation in amorphous calcium phosphate within the spread of its constant
    "precipitates",  # above it by every set of constants
    "outside_curve",  # the phosphate that a Mg step equals lies beyond the phosphate levels that were run
    "drift",  # a plate in a run of eight or more on one side of the centre of its control chart
)


def join_flags(*flags: str) -> str:
    """Flags joined by `;` in the order of the one list, each once; empty ones are left out.

    Raises ContractError for a flag that is not in the list.
    """
    given = {f for part in flags for f in part.split(";") if f}
    if strange := given.difference(FLAGS):
        raise ContractError(f"not in the list of flags: {sorted(strange)}")
    return ";".join(f for f in FLAGS if f in given)
