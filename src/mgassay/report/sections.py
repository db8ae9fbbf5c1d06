"""The sections of the page in the order in which a reader asks; what only a checker needs is folded."""

from collections.abc import Sequence

from mgassay.design import arms_of_blocks
from mgassay.experiment import Experiment
from mgassay.report.apparent import apparent_pieces
from mgassay.report.chemistry_section import chemistry_pieces
from mgassay.report.controls_section import controls_pieces
from mgassay.report.curves import curve_pieces
from mgassay.report.cycles import gene_pieces, qpcr_pieces
from mgassay.report.days_section import day_pieces
from mgassay.report.dose_section import dose_pieces
from mgassay.report.evidence import cases_of, effect_pieces, share_pieces
from mgassay.report.exports.files import facts_of
from mgassay.report.exports.miqe import miqe_pieces
from mgassay.report.flaws import flaw_pieces
from mgassay.report.image_section import image_pieces
from mgassay.report.late_section import late_pieces
from mgassay.report.pieces import Prose, Section, drawer, folded
from mgassay.report.plate_maps import map_pieces
from mgassay.report.provenance import provenance_pieces, settings_listing
from mgassay.report.qpcr_quality import quality_pieces
from mgassay.report.report_input import ReportInput
from mgassay.report.residual_section import residual_pieces, rho_line
from mgassay.report.rows import Tables
from mgassay.report.sensitivity import sensitivity_pieces
from mgassay.report.shown_conditions import in_order, names_listing
from mgassay.report.steps_section import step_pieces
from mgassay.report.time_courses import time_course_pieces
from mgassay.report.what_if import what_if_pieces

Named = tuple[str, str, Sequence[object]]  # anchor, title, pieces


def sections(given: ReportInput, tables: Tables, has_errors: bool, named: Experiment | None = None) -> list[Section]:
    """The sections of the page in order, those with nothing to say left out.

    `named` is the experiment with the ids of its conditions, where `given` has their labels.
    """
    conditions: Sequence[str] = in_order(given.experiment) if given.experiment else ()
    answer = _answer(given, tables, conditions)
    if has_errors:
        told = Prose("There are errors: do not use these numbers before they are mended.", "warning")
        answer = [(anchor, title, [told, *pieces] if pieces else []) for anchor, title, pieces in answer]
    made = [*answer, *_data(given, tables, conditions, named)]
    return [Section(anchor, title, tuple(pieces)) for anchor, title, pieces in made if pieces]


def _answer(given: ReportInput, tables: Tables, conditions: Sequence[str]) -> list[Named]:
    """What was asked: effects and shares, whether they hold, and what was asked beside the declared question."""
    experiment, cases = given.experiment, cases_of(given.verdict, tables)
    arms = {a.name: a for a in arms_of_blocks(experiment)} if experiment else {}
    computed = len(tables["effects"]) > 0
    return [
        ("effects", "Effects, donor by donor", effect_pieces(tables, cases, arms, conditions) if computed else []),
        ("shares", "Shares of the effect", share_pieces(tables, cases) if computed else []),
        ("sensitivity", "Would the answer be another?", _checks(given, tables)),
        ("residual", "What the block left of Mg²⁺ entry", _residual(tables)),
        ("dose", "Dose series", dose_pieces(tables)),
        ("days", "Course over harvest days", day_pieces(tables)),
        ("late", "Mg²⁺ raised late", late_pieces(tables)),
        ("steps", "Other steps", step_pieces(tables, experiment)),
    ]


def _data(given: ReportInput, tables: Tables, conditions: Sequence[str], named: Experiment | None) -> list[Named]:
    """What the answer was made of, from the wells on."""
    experiment = given.experiment
    images = image_pieces(tables, experiment, conditions, given.thumbnails, given.outlines, given.overlays)
    return [
        ("problems", "Excluded, flagged, problems", flaw_pieces(tables, with_errors=False)),
        ("plates", "Plate maps", [*map_pieces(tables, conditions), *names_listing(named)]),
        ("curves", "Standard curves", [*curve_pieces(tables), *apparent_pieces(tables, experiment)]),
        ("controls", "Controls beside the cells", controls_pieces(given.verdict, tables, experiment)),
        ("courses", "Time courses", time_course_pieces(tables, experiment)),
        ("images", "Images", images),
        ("qpcr", "qPCR", _qpcr(given, tables)),
        ("genes", "Genes", gene_pieces(tables)),
        ("chemistry", "Medium chemistry", chemistry_pieces(tables, experiment)),
        ("provenance", "Files, versions, settings, checksums", _provenance(given)),
    ]


def _checks(given: ReportInput, tables: Tables) -> list[object]:
    """In one line what would change the verdict, each change and every check to open."""
    checks, changes = sensitivity_pieces(tables, given.verdict), what_if_pieces(given.verdict)
    asked = "Every check: what was asked, what came out, against which bounds"
    return [*folded(changes), *drawer(asked, checks)]


def _residual(tables: Tables) -> list[object]:
    """In one line what each block left, then figure and tables to open."""
    line = rho_line(tables)
    told: list[object] = [Prose(line)] if line else []
    return [*told, *drawer("ρ with its interval, and the share before and after", residual_pieces(tables))]


def _qpcr(given: ReportInput, tables: Tables) -> list[object]:
    """What became of every Cq, reference genes and assays, the checklist after MIQE."""
    experiment, pieces = given.experiment, qpcr_pieces(tables)
    if experiment is None or not len(tables["qpcr"]):
        return pieces
    checked = miqe_pieces(given.miqe, facts_of(experiment, given.tables, given.provenance))
    return [*pieces, *quality_pieces(tables, experiment), *drawer("Checklist after MIQE", checked, unprinted=True)]


def _provenance(given: ReportInput) -> list[object]:
    """How each export was read, versions, checksums, settings in force: all to open."""
    settings = [settings_listing(given.experiment.settings.model_dump(mode="json"))] if given.experiment else []
    return folded([*provenance_pieces(given.provenance), *settings])
