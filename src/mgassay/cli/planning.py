"""The verb for planning: what the arms can tell, and how many donors that takes."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgassay.cli.words import print_problems
from mgassay.errors import UsageError
from mgassay.problems import Problems, suggestion

if TYPE_CHECKING:
    from mgassay.effects.plan.designs import Design
    from mgassay.effects.plan.noise import Noise
    from mgassay.effects.plan.planned import Plan

_READOUT = "the readout whose scatter is taken from --results; without it the one that most experiments have"


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(plan)


def plan(
    source: Annotated[
        Path | None, typer.Argument(help="an experiment folder in the making, or a table of conditions")
    ] = None,
    arms: Annotated[
        str, typer.Option(help="arms instead of a table, or beside it: total,sirna,2-APB,acellular,mg_i,comparators")
    ] = "",
    mg: Annotated[str, typer.Option(help="the two Mg levels in mM, where no experiment.toml says them")] = "",
    total: Annotated[list[float] | None, typer.Option(help="the true T, natural log; may be given again")] = None,
    share: Annotated[list[str] | None, typer.Option(help="a share to plan for; may be given again")] = None,
    tell: Annotated[str, typer.Option(help="two shares to be told apart, from 0 to 1")] = "0.3,0.7",
    width: Annotated[float | None, typer.Option(help="instead: how wide the interval of a share may be")] = None,
    power: Annotated[float, typer.Option(help="the chance of the answer", min=0.05, max=0.99)] = 0.8,
    runs: Annotated[int | None, typer.Option(help="acellular runs; as many as donors without it", min=2)] = None,
    most: Annotated[int, typer.Option(help="donors to look up to", min=2, max=60)] = 16,
    results: Annotated[Path | None, typer.Option(help="a results folder whose scatter is taken")] = None,
    readout: Annotated[str, typer.Option(help=_READOUT)] = "",
    figure: Annotated[Path | None, typer.Option(help="an SVG file to draw the chances into")] = None,
) -> None:
    """Say which shares the arms can tell, the grade they could earn, and how many donors that takes."""
    from mgassay.effects.plan.curves import Wanted
    from mgassay.effects.plan.planned import plan_of
    from mgassay.report.plan_words import plan_text

    if figure is not None and figure.suffix.lower() != ".svg":
        raise UsageError(f"--figure: {figure} has to end in .svg")
    totals, shares = checked_totals(total or [1.2]), checked_shares(share or [])
    wanted = Wanted(checked_tell(tell), checked_width(width), power, runs, most)
    problems = Problems()
    design = design_of(source, arms, pair_of("--mg", mg) if mg else None, problems)
    noise = noise_of(results, readout, problems) if design and not problems.count("error") else None
    if design and noise and not problems.count("error"):
        made = plan_of(design, noise, wanted, totals, shares)
        typer.echo(plan_text(made))
        if figure is not None:
            write_figure(figure, made)
    print_problems(problems)
    if problems.count("error"):
        raise typer.Exit(1)


def design_of(
    source: Path | None, arms: str, levels: tuple[float, float] | None, problems: Problems
) -> "Design | None":
    """The design of a folder, a table of conditions, a list of arms, or of arms beside a table.

    Raises UsageError where there is none of these. Errors of the arms themselves become problems.
    """
    from mgassay.effects.contrasts.arms import check_arms
    from mgassay.effects.plan.designs import planned_experiment, with_arms, words_from_text
    from mgassay.readers.planned import read_planned

    if source is None and not arms:
        raise UsageError("plan: give an experiment folder, a table of conditions, or --arms total,sirna,acellular")
    words = words_from_text(arms)
    if source is None:
        experiment = planned_experiment(*(levels or (0.8, 2.0)))
        return with_arms(experiment, ("total", *words))
    read = read_planned(source, levels, problems)
    if read is None:
        return None
    design, found = with_arms(read, words), Problems()
    check_arms(design.experiment, found)
    problems.extend(p for p in found if p.severity == "error")  # the others are what the plan itself says
    return design


def noise_of(results: Path | None, readout: str, problems: Problems) -> "Noise | None":
    """Ordinary noise, or that of the experiments of a results folder."""
    from mgassay import store, tables
    from mgassay.effects.plan.noise import noise_of_lab, ordinary_noise

    if results is None:
        return ordinary_noise()
    names = store.experiments_in(results)
    graded = [n for n in names if store.read_json(results / n / "verdict.json")["grade"]]
    read = ((store.read_question(results / n / "parts" / "experiment.json"), n) for n in graded)
    earlier = [(e, store.read_table(results / n / "tables", tables.MEANS)) for e, n in read if e is not None]
    return noise_of_lab(earlier, readout, str(results), problems)


def write_figure(file: Path, made: "Plan") -> None:
    """Draws the chances into a file."""
    from mgassay import store
    from mgassay.report.plan_figure import plan_svg

    store.write_text(file, plan_svg(made))


def pair_of(option: str, text: str) -> tuple[float, float]:
    """Two numbers, the smaller first; raises UsageError for anything else."""
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{option}: “{text}” is not two numbers parted by a comma, such as 0.8,2") from None
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low < high):
        raise UsageError(f"{option}: “{text}” has to be a lower and a higher number, not below 0")
    return low, high


def checked_tell(text: str) -> tuple[float, float]:
    """Two shares from 0 to 1; raises UsageError for others."""
    low, high = pair_of("--tell", text)
    if high > 1:
        raise UsageError(f"--tell: “{text}”; shares lie between 0 and 1, such as 0.3,0.7")
    return low, high


def checked_width(width: float | None) -> float | None:
    """A width above 0; raises UsageError for another."""
    if width is not None and not width > 0:
        raise UsageError(f"--width: {width:g} has to be above 0, such as 0.4")
    return width


def checked_totals(totals: Sequence[float]) -> list[float]:
    """True T that are finite and not 0, each once; raises UsageError for others: 0 has no shares."""
    for value in totals:
        if not math.isfinite(value) or value == 0:
            raise UsageError(f"--total: {value:g} has no shares; give the effect on the natural log scale, such as 1.2")
    return list(dict.fromkeys(totals))


def checked_shares(shares: Sequence[str]) -> list[str]:
    """Shares whose donors can be simulated; raises UsageError for another name."""
    from mgassay.effects.plan.planned import ASKED

    for name in shares:
        if name not in ASKED:
            raise UsageError(f"--share: there is no share “{name}”. {suggestion(name, ASKED)}")
    return list(dict.fromkeys(shares))
