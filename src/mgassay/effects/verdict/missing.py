"""What an experiment would need for an A and does not have: the arms that would raise its grade."""

from collections.abc import Collection, Sequence

from mgassay.design import Arms


def missing_arms(
    held: Collection[str],
    arms: Arms,
    all_arms: Sequence[Arms],
    *,
    measured: bool = True,
    compared: bool = True,
    few: bool = False,
) -> list[str]:
    """Plain names of what a grade A would need and this readout and block do not have.

    `held`: the facts that are true of them; `arms`: those that hold values; `measured`: false where there is no mineral
    readout at all. `compared`: whether T - B of another block was set beside this one's, with an interval.
    `few`: whether an arm has values of fewer than three donors; it comes first, since no other arm mends that.
    """
    names = {a.name for a in all_arms if a.block}
    has_sirna = any(a.block and a.block.is_sirna for a in all_arms)
    apart = has_sirna and len(names) > 1 and "blocked_run" in held
    wanted = {
        "TRPM7 siRNA": not has_sirna,
        "second block of Mg entry": len(names) < 2 and (has_sirna or not names),
        "second block of Mg entry in the same donors": apart and not compared,
        "intracellular Mg": "mg_measured" not in held,
        "acellular": "acellular" not in held and (measured or not all(arms.acellular)),
        "no-Pi background": "no_background" in held,
    }
    unmeasured = [] if measured else ["mineral readout"]
    return [
        *(["three donors"] if few else []),
        *unmeasured,
        *_live_missing(arms, all_arms),
        *(name for name, lacks in wanted.items() if lacks),
    ]


def _live_missing(arms: Arms, all_arms: Sequence[Arms]) -> list[str]:
    """The live arms that have no values; without a block, also the controls that a block was run without.

    With no block at all "TRPM7 siRNA" and "second block" say what its two empty arms would say again.
    """
    live = [arm for arm in arms.missing if not arm.startswith("acellular")]
    if arms.block:
        return live
    controls = [(arm, b.name) for b in all_arms if b.block for arm in b.missing if arm.startswith("intact")]
    named = [f"{arm}, as control of {name}" for arm, name in controls]
    return [*(arm for arm in live if "block of Mg entry" not in arm), *named]
