"""Panels of genes (resources/panels/<id>.toml): the names of a gene, what kind of RNA it is, what is expected of it.

Every gene has one symbol (HGNC, genenames.org; miRBase for microRNAs) under which it is reported, whatever the species
and spelling of the target, so that one experiment compares with the next. As with the catalogue of problems, the files
are this module's own; nothing else reads them.
"""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from mgassay.errors import ContractError
from mgassay.presets import RESOURCES, Named, Part, presets_in
from mgassay.units import plain

FOLDER = RESOURCES / "panels"

Rna = Literal["long", "small"]
Role = Literal["osteogenic", "inhibitor", "entry", "receptor", "signal", "mirna", "reference", "spike_in"]
Direction = Literal["up", "down", "unclear"]

REFERENCE_ROLES = ("reference", "spike_in")
_SPECIES = re.compile(r"^(?:hsa|mmu|rno|bta|ssc|oar|ocu|cfa)(?=mir|let)")
_SMALL = re.compile(r"^(?:[a-z]{3})?(?:mir|let)\d|^rnu\d|^sno(?:rd|ra|rna)\d|^u(?:6|44|47|48)$")


class Source(Part):
    """A paper; `read` is how much of it was read for the panel, `address` its own where that was opened."""

    text: str = Field(min_length=1)
    address: str = ""
    read: Literal["abstract", "text"]


class Evidence(Part):
    """What one source found."""

    source: str
    found: str = Field(min_length=1)


class Gene(Part):
    """A gene of a panel. `direction`: what calcifying medium does to it; absent for references."""

    symbol: str = Field(min_length=1)
    names: list[str] = Field(default_factory=list)
    role: Role
    direction: Direction | None = None
    score: bool = False
    evidence: list[Evidence] = Field(default_factory=list)

    @model_validator(mode="after")
    def _holds_together(self) -> "Gene":
        """A target has a direction with evidence for it, a reference has neither; the score takes what goes up."""
        if (self.direction is None) != (self.role in REFERENCE_ROLES):
            raise ValueError(f"{self.symbol}: a target has a direction, a reference has none")
        if self.direction in ("up", "down") and not self.evidence:
            raise ValueError(f"{self.symbol}: no source says {self.direction}")
        if self.score and self.direction != "up":
            raise ValueError(f"{self.symbol}: the score is of genes that go up")
        return self


class GenePanel(Named):
    """One file."""

    id: str = Field(pattern=r"^[a-z]+$")
    title: str = Field(min_length=1)
    rna: Rna
    gene: list[Gene] = Field(min_length=1)
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> "GenePanel":
        """Every source is used, and listed."""
        used = {e.source for gene in self.gene for e in gene.evidence}
        if used != set(self.sources):
            raise ValueError(f"genes name the sources {sorted(used)}, listed are {sorted(self.sources)}")
        return self


@functools.cache
def gene_panels(folder: Path = FOLDER) -> Mapping[str, GenePanel]:
    """All panels by id; none where the folder is absent (a wheel holds no resources).

    Raises ContractError for a file that is no panel, and for a name of two genes: panels are ours.
    """
    found = presets_in(folder, GenePanel)
    keys = [key for p in found.values() for g in p.gene for key in {gene_key(n) for n in (g.symbol, *g.names)}]
    if twice := sorted({k for k in keys if keys.count(k) > 1}):
        raise ContractError(f"names of two genes: {twice}")
    return found


def gene_key(name: str) -> str:
    """A name without what does not matter: case, hyphens, blanks, and the species of a microRNA.

    >>> gene_key("BMP-2"), gene_key("hsa-miR-30b-5p"), gene_key("cel-miR-39")
    ('bmp2', 'mir30b5p', 'celmir39')
    """
    return _SPECIES.sub("", "".join(c for c in plain(name).casefold() if c not in "-_ "))


@functools.cache
def known_genes() -> Mapping[str, tuple[Gene, Rna]]:
    """Every gene of the panels, and its kind of RNA, by the keys of all its names."""
    return {
        gene_key(name): (gene, panel.rna)
        for panel in gene_panels().values()
        for gene in panel.gene
        for name in (gene.symbol, *gene.names)
    }


def panel_gene(name: str) -> Gene | None:
    """The gene that a name stands for; None where no panel lists it."""
    known = known_genes().get(gene_key(name))
    return known[0] if known else None


def rna_of(name: str) -> Rna:
    """The kind of RNA of a gene: small for microRNAs, small nuclear and small nucleolar RNAs, also unlisted ones.

    >>> rna_of("RUNX2"), rna_of("mmu-miR-204-5p"), rna_of("Rnu6")
    ('long', 'small', 'small')
    """
    known = known_genes().get(gene_key(name))
    return known[1] if known else "small" if _SMALL.search(gene_key(name)) else "long"


def score_genes() -> tuple[str, ...]:
    """Symbols of the genes of the osteogenic score, as the panels declare them."""
    return tuple(g.symbol for p in gene_panels().values() for g in p.gene if g.score)
