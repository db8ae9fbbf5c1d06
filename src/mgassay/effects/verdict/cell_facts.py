"""Means of viability and of intracellular Mg2+ -> facts of one block, the same for every mineral readout."""

from collections.abc import Iterator, Mapping
from typing import Any

from mgassay.design import Arms
from mgassay.effects.contrasts.viability import VIABILITY, has_lost
from mgassay.effects.estimators.bounds import is_censored
from mgassay.effects.means.panels import Panel
from mgassay.effects.shares.rho import MAGNESIUM, rho_of_arms
from mgassay.effects.verdict.address import key_of

RHO_MOST = 0.5


def viability_fact(panels: Mapping[str, Panel], arms: Arms) -> dict[str, Any]:
    """Whether a live arm has lost viability against the intact reference (see `has_lost`).

    Empty where viability was not measured in the intact reference and another live arm of one donor. Read from the
    means of the arm that changed, else of the first that was compared.
    """
    if VIABILITY not in panels:
        return _of_means(None, "")
    compared = {
        condition: changed
        for condition in arms.live[1:]
        if condition and (changed := has_lost(panels[VIABILITY], arms.intact_reference, condition)) is not None
    }
    found = next((condition for condition, changed in compared.items() if changed), next(iter(compared), ""))
    return _of_means(any(compared.values()) if compared else None, found)


def _of_means(value: bool | None, condition: str) -> dict[str, Any]:
    """A fact of viability, read from the rows of means.csv of one condition."""
    if not condition:
        return {"value": value, "table": "", "key": "", "flag": ""}
    return {"value": value, "table": "means.csv", "key": f"{VIABILITY}|{condition}", "flag": ""}


def rho_facts(panels: Mapping[str, Panel], arms: Arms) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whether Mg_i was measured, and whether rho from it is shown to lie below RHO_MOST, or to leave entry as it was.

    Empty where nothing tells rho. Measured takes one donor with values, no bounds, in the four live arms; where rho
    lies takes values throughout.
    TRPM7 mRNA tells rho (flag `proxy_rho`) and is no measurement of Mg_i.
    """
    rho = rho_of_arms(arms, panels) if arms.block else None
    if rho is None:
        nothing = {"value": None, "table": "", "key": "", "flag": ""}
        yield from (("mg_measured", nothing), ("rho_below_half", nothing), ("entry_not_blocked", nothing))
        return
    row = {"block": arms.name, "step": arms.step, "day": arms.day, "source": rho.source, "readout": ""}
    levels = {"mg_reference_mM": arms.mg_reference_mM, "mg_raised_mM": arms.mg_raised_mM}
    where = {"table": "rho.csv", "key": key_of("rho", {**row, **levels}), "flag": rho.flag}
    yield "mg_measured", {"value": _is_measured(panels, arms), **where}
    yield "rho_below_half", {"value": rho.measured and rho.below(RHO_MOST), **where}
    yield "entry_not_blocked", {"value": rho.not_blocked, **where}


def _is_measured(panels: Mapping[str, Panel], arms: Arms) -> bool:
    """Whether a donor has Mg_i itself, and no bound of it, in the four live arms."""
    panel = panels.get(MAGNESIUM)
    whole = panel.matrix(arms.live).complete((0, 1, 2, 3)).flags if panel is not None and all(arms.live) else ()
    return any(not any(map(is_censored, cells)) for cells in whole)
