"""Writes the table of docs/kits.md from the presets: `.venv/bin/python docs/kits.py`, after a preset was changed."""

from pathlib import Path

from mgassay.readers.kits import Kit, kits

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- presets: written by docs/kits.py -->\n", "<!-- end of presets -->\n"
HEAD = ("kit", "what it is", "assay", "nm", "unit", "standards", "range", "sample + reagent, µL", "curve", "checked")


def row(kit: Kit) -> tuple[str, ...]:
    """The cells of one kit; a dash where the preset leaves it to the lab."""
    band = f" ({span(kit.wavelength_band_nm)})" if kit.wavelength_band_nm else ""
    volumes = [f"{v:g}" if v else "–" for v in (kit.sample_volume_uL, kit.reagent_volume_uL)]
    return (
        f"`{kit.id}`",
        f"{kit.maker}, {kit.name}" + (f" ({', '.join(kit.catalogue)})" if kit.catalogue else ""),
        kit.assay,
        f"{kit.wavelength_nm:g}{band}",
        kit.standard_unit,
        ", ".join(f"{s:g}" for s in kit.standards) or "–",
        span(kit.range) if kit.range else "–",
        " + ".join(volumes),
        kit.curve or "–",
        "all" if kit.source.verified else ", ".join(kit.source.checked) or "none",
    )


def span(limits: tuple[float, float]) -> str:
    """A range."""
    return f"{limits[0]:g}–{limits[1]:g}"


def table() -> str:
    """The table, then notes and source of each kit."""
    found = sorted(kits().values(), key=lambda k: (k.assay, k.id))
    lines = [f"| {' | '.join(cells)} |" for cells in (HEAD, ["---"] * len(HEAD), *map(row, found))]
    return "\n".join([*lines, "", *(about(kit) for kit in found)]) + "\n"


def about(kit: Kit) -> str:
    """Notes and source of one kit, as an entry of a list."""
    source = kit.source
    named = f"{source.title}{f', {source.revision}' if source.revision else ''}"
    linked = f"[{named}]({source.address})" if source.address else named
    return f"- `{kit.id}`: {kit.notes} Source: {linked}. {source.why}".rstrip()


def page(text: str) -> str:
    """The page with its table written anew."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
