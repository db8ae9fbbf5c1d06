"""The whole experiment folder as bytes: tables, layouts, raw exports, photographs, and the truth beside them."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields

from mgassay.errors import MgassayError
from mgassay.simulate import biology, exports, expression, magnesium, pictures, plates, record
from mgassay.simulate.biology import CONDITIONS, LIVE, MG_RAISED_MM, MG_REFERENCE_MM, Condition, Culture
from mgassay.simulate.exports import Reading
from mgassay.simulate.plates import Plate
from mgassay.simulate.truth import Truth

_EXPERIMENT_TOML = """\
[experiment]
title = "Mg2+ and TRPM7 in simulated aortic VSMC ({id})"
cells = "simulated human aortic VSMC"

[contrast]
mg_reference_mM = {reference}
mg_raised_mM = {raised}
medium_calcifying = "calcifying"
medium_control = "control"
equivalence_fold = 1.5
agreement_fold = 2.0
acellular = "none"

[assays.calcium]
standard_unit = "ug/mL"
extract_volume_uL = {extract:g}

[assays.protein]
standard_unit = "ug/mL"
lysate_volume_uL = {lysate:g}
"""
_IMAGE_TOML = """
[assays.alizarin_image]
pixel_size_um = {pixel}
"""
_QPCR_TOML = """
[assays.qpcr]
reference_genes = [{references}]
cycles = {cycles}
"""
_FILE_COLUMNS = ("file", "assay", "layout", "plate", "wavelength_nm", "dilution", "reader", "pattern")
_IMAGE_PATTERN = r"_(?P<well>[A-H]\d\d)\.jpg$"

Files = dict[str, bytes]
Row = Mapping[str, object]
Export = tuple[str, Callable[[Reading], bytes]]


def _skanit(reading: Reading) -> bytes:
    """SkanIt, which subtracts the mean of the wells it was told are blanks."""
    return exports.skanit_xlsx(reading, blank_od=float(reading.signal[0, 2:4].mean()))


# The lab is messy: every donor's plate was read on another instrument.
_CALCIUM_EXPORTS: tuple[Export, ...] = (
    ("txt", exports.gen5_text),
    ("xlsx", exports.icontrol_xlsx),
    ("csv", exports.mars_csv),
    ("xlsx", _skanit),
)
_PROTEIN_EXPORTS: tuple[Export, ...] = (
    ("xlsx", exports.magellan_xlsx),
    ("csv", exports.plain_grid_csv),
    ("txt", exports.gen5_text),
    ("xlsx", exports.icontrol_xlsx),
)


def simulate_experiment(truth: Truth, seed: int, experiment_id: str, *, bare_grids: bool = True) -> Files:
    """An experiment folder: relative path -> content. The same truth, seed and id give the same bytes.

    `bare_grids`: whether a plate may come as a grid of numbers alone, which does not say its wavelength.
    `truth.toml` (and `truth_images.csv`) at its root say what a perfect analysis would find. Touches no file.
    Raises MgassayError for an id that cannot name a folder, or a negative seed.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", experiment_id):
        raise MgassayError(f"{experiment_id!r} cannot name an experiment: up to 64 of A-Z a-z 0-9 _ . -")
    culture = biology.grow_culture(truth, seed)
    parts = [
        _plate_files(culture, truth, seed, bare_grids),
        _picture_files(culture, truth, seed),
        _pcr_files(culture, truth, seed),
        _magnesium_files(culture, truth, seed),
    ]
    files = {path: content for part, _ in parts for path, content in part.items()}
    files["files.csv"] = _csv(_FILE_COLUMNS, [row for _, rows in parts for row in rows])
    files["conditions.csv"] = _csv([f.name for f in fields(Condition)], [asdict(c) for c in CONDITIONS])
    files["experiment.toml"] = _experiment_toml(truth, experiment_id).encode()
    files["truth.toml"] = record.truth_toml(record.truth_values(truth, seed, experiment_id)).encode()
    return dict(sorted(files.items()))


def _text(value: object) -> str:
    """A cell: numbers in their shortest exact form, nothing for None."""
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def _csv(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """A table as comma-separated UTF-8; a column that a row lacks is empty."""
    names, out = list(columns), io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_text(row.get(name)) for name in names] for row in rows)
    return out.getvalue().encode()


def _experiment_toml(truth: Truth, experiment_id: str) -> str:
    """experiment.toml; the blocks are left to be inferred from the conditions."""
    text = _EXPERIMENT_TOML.format(
        id=experiment_id,
        reference=MG_REFERENCE_MM,
        raised=MG_RAISED_MM,
        extract=plates.EXTRACT_UL,
        lysate=plates.LYSATE_UL,
    )
    images = _IMAGE_TOML.format(pixel=pictures.PIXEL_UM) if truth.images else ""
    genes = ", ".join(f'"{g.name}"' for g in expression.REFERENCES)
    return text + images + (_QPCR_TOML.format(references=genes, cycles=expression.CYCLES) if truth.qpcr else "")


def _plate_files(culture: Culture, truth: Truth, seed: int, bare_grids: bool) -> tuple[Files, list[Row]]:
    """Exports and layouts of the calcium and protein plates, one of each per donor."""
    files: Files = {}
    proteins = [kind for kind in _PROTEIN_EXPORTS if bare_grids or kind[1] is not exports.plain_grid_csv]
    rows: list[Row] = []
    for k in range(len(culture.donors)):
        calcium = plates.calcium_plate(culture, k, truth, seed)
        protein = plates.protein_plate(culture, k, truth, seed)
        for plate, protocol, kinds in ((calcium, "OCPC", _CALCIUM_EXPORTS), (protein, "BCA", proteins)):
            extension, export = kinds[k % len(kinds)]
            path = f"raw/{plate.name}.{extension}"
            files[path] = export(Reading(plate.name, protocol, plate.curve.wavelength_nm, plate.signal))
            rows.append(_plate_row(plate, path, export is exports.plain_grid_csv))
        files[f"layouts/{calcium.name}.csv"] = _stacked_layout(calcium)
        files[f"layouts/{protein.name}.csv"] = _tidy_layout(protein)
    return files, rows


def _plate_row(plate: Plate, path: str, silent: bool) -> Row:
    """A plate's row of files.csv; an export that is silent about its wavelength gets it here."""
    return {
        "file": path,
        "assay": plate.assay,
        "layout": plate.name,
        "plate": plate.name,
        "wavelength_nm": plate.curve.wavelength_nm if silent else None,
        "dilution": plates.CALCIUM_DILUTION if plate.assay == "calcium" else None,
    }


def _stacked_layout(plate: Plate) -> bytes:
    """Grids one below the other, the corner cell of each naming its column, parted by a blank row."""
    grids = []
    for column in ("role", "condition", "donor", "rep", "standard"):
        cells = [_text(getattr(c, column)) for c in plate.contents]
        rows = [cells[i : i + plates.COLUMNS] for i in range(0, len(cells), plates.COLUMNS)]
        lines = [",".join([letter, *row]) for letter, row in zip("ABCDEFGH", rows, strict=True)]
        grids.append("\n".join([",".join([column, *map(str, range(1, 13))]), *lines]) + "\n")
    return "\n".join(grids).encode()


def _tidy_layout(plate: Plate) -> bytes:
    """One row per well."""
    wells = zip(plates.well_names(), plate.contents, strict=True)
    return _csv(("well", "role", "condition", "donor", "rep", "standard"), [{"well": w, **asdict(c)} for w, c in wells])


def _picture_files(culture: Culture, truth: Truth, seed: int) -> tuple[Files, list[Row]]:
    """Photographs, their layouts, and truth_images.csv."""
    taken = pictures.take_pictures(culture, truth, seed) if truth.images else []
    names = sorted({p.plate for p in taken}, key=lambda name: int(name.rsplit("_", 1)[1]))
    files: Files = {p.file: p.jpeg for p in taken}
    for name in names:
        mapped = [{"rep": "1", **_picture_row(p)} for p in taken if p.plate == name]
        files[f"layouts/{name}.csv"] = _csv(("well", "condition", "donor", "rep"), mapped)
    if taken:
        columns = ("file", "plate", "well", "condition", "donor", "rep", "area_fraction", "mean_od", "nodules")
        files["truth_images.csv"] = _csv(columns, [{"rep": "1", **_picture_row(p)} for p in taken])
    rows: list[Row] = [
        {"file": f"images/{n}", "assay": "alizarin_image", "layout": n, "plate": n, "pattern": _IMAGE_PATTERN}
        for n in names
    ]
    return files, rows


def _picture_row(picture: pictures.Picture) -> Row:
    """A photograph's facts by column."""
    names = ("file", "plate", "well", "condition", "donor", "area_fraction", "mean_od", "nodules")
    return {name: getattr(picture, name) for name in names}


def _pcr_files(culture: Culture, truth: Truth, seed: int) -> tuple[Files, list[Row]]:
    """QuantStudio exports and samples.csv."""
    if not truth.qpcr:
        return {}, []
    runs = expression.pcr_plates(culture, truth, seed)
    named = {f"qpcr_{i + 1}": wells for i, wells in enumerate(runs)}
    files = {f"raw/{name}.txt": exports.quantstudio_text(name, wells) for name, wells in named.items()}
    samples = [
        {"sample": expression.sample_name(donor, condition), "condition": condition, "donor": donor, "rep": "1"}
        for donor in culture.donors
        for condition in LIVE
    ]
    files["samples.csv"] = _csv(("sample", "condition", "donor", "rep"), samples)
    return files, [{"file": f"raw/{name}.txt", "assay": "qpcr", "plate": name} for name in named]


def _magnesium_files(culture: Culture, truth: Truth, seed: int) -> tuple[Files, list[Row]]:
    """Free intracellular Mg2+, as a table measured elsewhere; nothing where it was not measured."""
    if truth.rho is None:
        return {}, []
    path = "raw/mg_intracellular.csv"
    rows = magnesium.intracellular_magnesium(culture, truth, truth.rho, seed)
    table = _csv(("condition", "donor", "rep", "value", "unit"), rows)
    return {path: table}, [{"file": path, "assay": "mg_intracellular", "plate": "mg_intracellular", "reader": "table"}]
