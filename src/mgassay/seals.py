"""Seals: what each stage wrote, by checksum, in a file that is written last.

A stage breaks its own seal and those of all later stages before it works, and puts its own back when all is written. So
a stage that was killed has none, and what rests on an earlier state has none either, whatever clocks and copies made of
the times of files. A seal that does not fit its files tells of a table that was changed afterwards.
"""

from collections.abc import Iterable
from pathlib import Path

from mgassay.errors import UsageError
from mgassay.files import not_ours, read_json, remove_half_written, sha256_of, write_json

ORDER = ("read", "images", "quantify", "effects")
PROVENANCE = "provenance.json"
_AT_THE_END = ("report.html", PROVENANCE, "export/README.txt")  # of the report and of what is handed on


def seal_of(results: Path, stage: str) -> Path:
    """Where a stage's seal is."""
    return results / "parts" / "seals" / f"{stage}.json"


def before(stage: str) -> tuple[str, ...]:
    """The stages whose seals must stand before this one begins."""
    return ORDER[: ORDER.index(stage)] if stage in ORDER else ORDER


def break_seals(results: Path, stage: str) -> None:
    """Removes the seals of a stage and of all later ones, the report, and what killed writers left half-written."""
    later = ORDER[ORDER.index(stage) :] if stage in ORDER else ()
    for path in (*(seal_of(results, s) for s in later), *(results / name for name in _AT_THE_END)):
        path.unlink(missing_ok=True)
    remove_half_written(results)


def seal(results: Path, stage: str, files: Iterable[Path]) -> None:
    """Writes down the files of a stage that has come to its end, with their SHA-256."""
    write_json(seal_of(results, stage), checksums(results, (f.relative_to(results).as_posix() for f in files)))


def checksums(results: Path, names: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of files by their names relative to the results, "" where there is none."""
    return {name: _sha256(results / name) for name in names}


def changed_since(results: Path, *stages: str) -> list[str]:
    """Files of these stages that are no longer as they were left, gone ones too, relative to the results.

    Raises UsageError where a stage has not run, or not to its end.
    """
    found = []
    for stage in stages:
        path = seal_of(results, stage)
        if not path.is_file():
            raise UsageError(
                f"`mgassay {stage}` has not run in {results}, or not to its end. Run the stages in their order "
                f"({', '.join(ORDER)}, report, export), or snakemake, which does."
            )
        found += [name for name, sha in read_json(path).items() if _sha256(results / name) != sha]
    return found


def changed_since_report(results: Path) -> list[str]:
    """Files of finished results that are no longer as they were with their report, by its provenance; gone ones too.

    None where an earlier version wrote it, which held no checksums of results. Raises UsageError without a report.
    """
    held = read_json(results / PROVENANCE)
    told = held.get("results", {}) if isinstance(held, dict) else None
    if not isinstance(told, dict):
        raise not_ours(results / PROVENANCE, "it does not say what the report was made of")
    return [name for name, sha in checksums(results, told).items() if sha != told[name]]


def _sha256(path: Path) -> str:
    """The SHA-256 of a file, "" where there is none."""
    return sha256_of(path) if path.is_file() else ""
