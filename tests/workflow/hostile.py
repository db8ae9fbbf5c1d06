"""An experiment whose names would do harm in a shell, a path, a page or a spreadsheet, all of them allowed."""

import csv
import io
import shutil
from pathlib import Path

SHELL = "$(touch owned) `touch owned` & touch owned #"
CONDITIONS = {
    "ca_mg20": "$(touch owned)",
    "control": "../../control",
    "apb_mg08": "-rf * 'a' \"b\"",
    "si_mg20": '=HYPERLINK("https://x.example")',
    "scr_mg08": "<img src=x onerror=alert(1)>",
    "acell_mg08": "Mg²⁺ \\ ü 漢",
}
DONORS = {"D1": "D1 $(touch owned)", "D2": "../../D2", "D3": "-D3 'a' \"b\" é"}
PLATES = {
    "alizarin_1": "-a $(touch owned) 'a' <svg onload=alert(1)>",
    "calcium_D1": SHELL,
    "protein_D1": "..",
    "qpcr_1": "-qpcr <img src=x onerror=alert(1)> 'a' \"b\"",
}
LAYOUTS = {"calcium_D1": "$(touch owned) & 'a'", "protein_D1": "-rf `touch owned`"}
RAW = {
    "raw/calcium_D1.txt": "raw/$(touch owned); 'a' & `touch owned` #.txt",
    "raw/protein_D1.xlsx": "raw/-rf µ (1).xlsx",
    "raw/qpcr_1.txt": "raw/sub folder/;touch owned;.txt",
}
IMAGES = "images/alizarin_1"
IMAGE_FOLDER = "-rf $(touch owned) 'a'; `touch owned` & <b>"
IMAGE_NAMES = {  # by well; the well stands at the end of the name
    "A01": "$(touch owned)",
    "A02": "-rf",
    "A03": "'a' \"b\" `touch owned` #",
    "A04": ";touch owned; & <img src=x onerror=alert(1)>",
    "A05": "=cmd|' %2e%2e%2f ){};:.*? é 漢",
}
SHEET = "$(touch owned) & <b>"


def renamed(folder: Path, source: Path) -> Path:
    """A copy of a simulated experiment under these names."""
    shutil.copytree(source, folder)
    for old, new in RAW.items():
        (folder / new).parent.mkdir(exist_ok=True)
        (folder / old).rename(folder / new)
    name_sheet(folder / RAW["raw/protein_D1.xlsx"])
    rename_images(folder)
    for table in ("conditions.csv", "samples.csv"):
        rewrite(folder / table, CONDITIONS | DONORS, ("condition", "donor"))
    rewrite(folder / "files.csv", RAW | {IMAGES: IMAGE_FOLDER}, ("file",))
    rewrite(folder / "files.csv", PLATES, ("plate",))
    rewrite(folder / "files.csv", LAYOUTS, ("layout",))
    for grids in folder.glob("layouts/*.csv"):
        rewrite(grids, CONDITIONS | DONORS, ("condition", "donor", *map(str, range(1, 13))))
    for old, new in LAYOUTS.items():
        (folder / "layouts" / f"{old}.csv").rename(folder / "layouts" / f"{new}.csv")
    return folder


def rename_images(folder: Path) -> None:
    """Gives the folder of the images, and some of them, names that a shell, a page or a spreadsheet would run."""
    images = folder / IMAGE_FOLDER
    (folder / IMAGES).rename(images)
    for well, name in IMAGE_NAMES.items():
        (images / f"alizarin_1_{well}.jpg").rename(images / f"{name}_{well}.jpg")


def rewrite(table: Path, names: dict[str, str], columns: tuple[str, ...]) -> None:
    """Puts other names into some columns of a table."""
    rows = list(csv.reader(io.StringIO(table.read_text())))
    wanted = {i for i, head in enumerate(rows[0]) if head in columns}
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    for row in rows:
        write.writerow(names.get(cell, cell) if i in wanted else cell for i, cell in enumerate(row))
    table.write_text(out.getvalue())


def name_sheet(book: Path) -> None:
    """Gives the first sheet of a workbook a name that a shell would run."""
    import openpyxl

    workbook = openpyxl.load_workbook(book)
    workbook.worksheets[0].title = SHEET
    workbook.save(book)
