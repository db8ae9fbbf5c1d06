"""The list of image formats that `mgassay readers` prints."""

import tomllib
from pathlib import Path

from mgassay.readers.images.formats import FORMATS


def test_extras_are_those_of_the_project():
    pyproject = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    extras = {f.extra for f in FORMATS} - {""}
    assert extras == {"tiff", "wsi", "czi", "nd2", "lif"}
    assert extras <= pyproject["project"]["optional-dependencies"].keys()
