"""Which image shows which well, as `mgassay check` lists it before anything is measured."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pandas as pd

from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems, listed
from mgassay.report.numbers import count
from mgassay.wellnames import compact

MOST_LISTED = 40  # images of a plate that are listed one by one
_FIRST_LISTED = 12  # where there are more
_NO_WELL = ("MG260", "MG261")
_NO_IMAGE_NEEDED = ("empty", "excluded", "blank")


def image_lines(experiment: Experiment, image_files: pd.DataFrame, problems: Problems) -> Iterator[str]:
    """Lines of text for each plate of images: file -> well (field), images without a well, wells without an image.

    `image_files` are IMAGE_FILES; `problems` are those of the reading stage, which name the images without a well.
    """
    for raw in experiment.files_of("alizarin_image"):
        shown = image_files[image_files["plate"] == raw.plate]
        yield from _shown(raw.plate, shown)
        yield from _left_over(raw, experiment, set(shown["well"]), problems)


def _shown(plate: str, shown: pd.DataFrame) -> Iterator[str]:
    """The images of a plate, or its photographs with how their wells are placed."""
    photos = shown["file"].str.replace(r"/[^/]*$", "", regex=True)  # a photograph's wells are its name, a slash, a well
    if len(shown) and (shown["region"] != "").all():
        yield f"  {plate}: {count(photos.nunique(), 'photograph')} of the whole plate"
        how = "to be found in it" if shown["region"].iloc[0] == "find" else "by well_grid"
        yield from (f"    {name} -> {count(n, 'well')}, {how}" for name, n in photos.value_counts(sort=False).items())
        return
    folder = _common_folder(shown["file"].tolist())
    wells = count(shown["well"].nunique(), "well")
    yield f"  {plate}: {count(len(shown), 'image')} of {wells}" + (f" in {folder}" if folder else "")
    at_once = MOST_LISTED if len(shown) <= MOST_LISTED else _FIRST_LISTED
    for file, well, field in shown[["file", "well", "field"]].head(at_once).itertuples(index=False):
        yield f"    {file.removeprefix(folder)} -> {well}" + (f" (field {field})" if field else "")
    if len(shown) > at_once:
        yield f"    and {len(shown) - at_once} more"


def _left_over(raw: RawFile, experiment: Experiment, shown: set[str], problems: Problems) -> Iterator[str]:
    """Images without a well, and wells of the layout without an image that can be measured."""
    nameless = [p.place for p in problems if p.file == raw.file and p.code in _NO_WELL]
    if nameless:
        yield f"    images without a well: {listed(nameless)}"
    layout = experiment.layouts.get(raw.layout)
    if layout is not None:
        needed = layout.loc[~layout["role"].isin(_NO_IMAGE_NEEDED), "well"]
        if missing := [w for w in needed if w not in shown]:
            yield f"    wells without a usable image: {compact(missing)}"


def _common_folder(files: list[str]) -> str:
    """The folder that all files stand in, with the slash behind it; "" where there is none."""
    folders = {str(PurePosixPath(f).parent) for f in files}
    return f"{folders.pop()}/" if len(folders) == 1 and folders != {"."} else ""
