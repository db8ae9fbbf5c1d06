"""What was understood of an experiment folder, in a few lines: so that a lab sees what it did not mean."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from mgassay.design import Arms, arms_of_blocks
from mgassay.experiment import Experiment
from mgassay.problems import Problems
from mgassay.report.image_list import image_lines
from mgassay.report.numbers import count, level


def understood_text(experiment: Experiment, made: Mapping[str, pd.DataFrame], problems: Problems) -> str:
    """Conditions, the step, blocks and arms, the donors of each assay, and which image shows which well.

    `made` holds the tables of the reading stage by name: wells, qpcr_wells, image_files; `problems` are its own.
    """
    contrast = experiment.settings.contrast
    step = f"{level(contrast.mg_reference_mM)} to {level(contrast.mg_raised_mM)} mM"
    all_arms = arms_of_blocks(experiment)
    head = f"{count(len(experiment.conditions), 'condition')}; the step asked for is Mg {step}."
    images = image_lines(experiment, made["image_files"], problems)
    return "\n".join([head, *arms_lines(all_arms), *_assays(made), *images])


def arms_lines(all_arms: Sequence[Arms]) -> list[str]:
    """Which conditions fill the arms of every block, and the acellular arm."""
    return [*(_block_line(arms) for arms in all_arms), _acellular_line(all_arms[0])]


def _block_line(arms: Arms) -> str:
    """Which conditions fill the four live arms of one block."""
    filled = [c or "(not run)" for c in arms.live]
    if arms.block is None:
        return f"Mg alone: {filled[0]} to {filled[1]}; no arm in which its entry was blocked."
    return f"{arms.name}: entry intact {filled[0]} to {filled[1]}, blocked {filled[2]} to {filled[3]}."


def _acellular_line(arms: Arms) -> str:
    """Which conditions are the step without living cells."""
    reference, raised = (c or "(not run)" for c in arms.acellular)
    return f"Without living cells: {reference} to {raised}." if any(arms.acellular) else "No arm without living cells."


def _assays(made: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """One line per assay: its plates, and its donors by name."""
    wells = made["wells"]
    for assay in dict.fromkeys(wells["assay"]):
        yield _assay_line(assay, wells[wells["assay"] == assay])
    for assay, name in (("qpcr", "qpcr_wells"), ("alizarin_image", "image_files")):
        if len(made[name]):
            yield _assay_line(assay, made[name])


def _assay_line(assay: str, wells: pd.DataFrame) -> str:
    """The plates and donors of one assay."""
    donors = sorted({d for d in wells["donor"] if d})
    return f"{assay}: {count(wells['plate'].nunique(), 'plate')}, donors and runs: {', '.join(donors) or 'none'}."
