"""Several images of one field: which field is shown once, and which at several times, planes, channels or steps."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from mgassay.experiment import RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.images.names import VERSIONS, Named
from mgassay.wellnames import compact


def shown_once(raw: RawFile, shown: Mapping[str, Named], problems: Problems) -> set[str]:
    """The images to be measured of a row: an error names fields of which several versions are there, and drops them.

    Images of one field whose names tell no difference are kept, with a warning; another one tells where the plate's
    wells differ in version.
    """
    fields: dict[tuple[str, str], list[str]] = {}
    for name, named in shown.items():
        fields.setdefault((named.well, named.field), []).append(name)
    kept, unclear = list[str](), dict[tuple[str, ...], list[list[str]]]()
    for names in fields.values():
        if differing := _differing(shown[n] for n in names):
            unclear.setdefault(differing, []).append(names)
        else:
            kept += names
            _tell_alike(raw, names, shown[names[0]].well, problems)
    for versions, groups in unclear.items():
        wells = compact(shown[names[0]].well for names in groups)
        first, other = (Path(n).name for n in groups[0][:2])
        words = {"versions": _words(versions), "first": first, "other": other}
        problems.add("MG274", file=raw.file, place=wells, seen=str(len(groups)), **words)
    _tell_different(raw, [shown[n] for n in kept], problems)
    return set(kept)


def _tell_alike(raw: RawFile, names: list[str], well: str, problems: Problems) -> None:
    """A warning for each image beyond the first that the names of a field do not tell apart."""
    for name in names[1:]:
        problems.add("MG264", file=raw.file, place=name, seen=Path(name).name, other=names[0], well=well)


def _tell_different(raw: RawFile, images: list[Named], problems: Problems) -> None:
    """A warning where each field is shown once, yet not all of them at the same time, plane, channel or step."""
    if differing := _differing(images):
        said = listed(f"{VERSIONS[v]} {text}" for v in differing for text in _texts(images, v))
        problems.add("MG276", file=raw.file, seen=said, versions=_words(differing), plate=raw.plate)


def _differing(images: Iterable[Named]) -> tuple[str, ...]:
    """In which of time, focal plane, channel and step of processing images differ."""
    images = list(images)
    return tuple(v for v in VERSIONS if len(_texts(images, v)) > 1)


def _texts(images: Iterable[Named], version: str) -> list[str]:
    """What the names of images say of one of these, sorted."""
    return sorted({i.version.get(version, "none") for i in images})


def _words(versions: Iterable[str]) -> str:
    """Names of versions for a message."""
    return " and ".join(VERSIONS[v] for v in versions)
