"""How files are called that are written with the report, and whether any may travel without it."""

import hashlib
import re
from collections.abc import Collection, Mapping

import pandas as pd

from mgassay.experiment import Experiment

METHODS = "methods.txt"
RDML, RDES, MIQE = ".rdml", "_rdes.tsv", "_miqe.csv"


def has_errors(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether something has to be mended before a file may travel without its report."""
    return "problems" in tables and bool((tables["problems"]["severity"] == "error").any())


def export_names(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Names of the files in export/ with what they hold; none without qPCR.

    Nor where anything is an error: a file that travels without its report must not carry samples of another layout.
    """
    wells = tables.get("qpcr")
    if wells is None or wells.empty or has_errors(tables):
        return {}
    named = rdes_names(experiment, dict.fromkeys(wells["plate"]))
    rdes = {name: f"Cq and curves of plate {plate}, RDES 1.0" for plate, name in named.items()}
    return {
        f"{experiment.id}{RDML}": "all qPCR with samples, targets, Cq and curves, RDML 1.3",
        **rdes,
        f"{experiment.id}{MIQE}": "checklist after MIQE",
    }


def rdes_names(experiment: Experiment, plates: Collection[str]) -> dict[str, str]:
    """Each plate's file: its own name where that is safe and no other plate's but for case, else with a short hash."""
    folded = [plate.casefold() for plate in plates]
    return {p: f"{experiment.id}_{_safe(p, alone=folded.count(p.casefold()) == 1)}{RDES}" for p in plates}


def _safe(plate: str, *, alone: bool) -> str:
    """A plate's name as a part of a file's name."""
    if alone and re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", plate):
        return plate
    digest = hashlib.sha256(plate.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{re.sub('[^A-Za-z0-9_-]+', '_', plate)[:60]}-{digest}"
