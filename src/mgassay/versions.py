"""The versions of what numbers are made with."""

import platform
from collections.abc import Mapping
from importlib import metadata

NUMBERS = ("numpy", "pandas", "scipy", "phreeqc")
READ = ("scikit-image", "pillow", "openpyxl", "xlrd", "tifffile")
WRITTEN = ("XlsxWriter", "resvg")  # workbooks and pictures, of numbers that stand
OPTIONAL = ("imagecodecs", "czifile", "nd2", "liffile")  # readers of images that come with extras


def versions() -> dict[str, str]:
    """The versions of Python, of mgassay and Snakemake, and of the packages that numbers are made with."""
    used = ("mgassay", *NUMBERS, *READ, *WRITTEN, "snakemake", *filter(_is_there, OPTIONAL))
    return {"python": platform.python_version(), **{p: metadata.version(p) for p in used}}


def deciding(used: Mapping[str, str], *, drawing: bool) -> dict[str, str]:
    """Of versions those that decide what a step writes; those of what draws and writes workbooks where it does so."""
    decide = {*NUMBERS, *READ, *OPTIONAL, *(WRITTEN if drawing else ())}
    return {package: version for package, version in used.items() if package in decide}


def _is_there(package: str) -> bool:
    """Whether a package is installed."""
    return next(iter(metadata.distributions(name=package)), None) is not None
