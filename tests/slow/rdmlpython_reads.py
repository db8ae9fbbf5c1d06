"""What rdmlpython reads of RDML files, as JSON; run by the interpreter of an environment that holds it, not imported.

It has to be helped: it opens only `rdml_data.xml`, takes every document for UTF-8 and refuses version 1.4. So the
member is found here, decoded here, its XML declaration dropped, and 1.4, whose documents read like 1.3, is called 1.3.
"""

import json
import re
import sys
import zipfile
from pathlib import Path


def text_of(path: Path) -> str:
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [archive.read(name) for name in archive.namelist()]
        data = next(m for m in members if b"<rdml" in m[:4000])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    else:
        declared = re.match(rb"""<\?xml[^>]*encoding=["']([\w-]+)""", data.removeprefix(b"\xef\xbb\xbf"))
        text = data.decode(declared[1].decode() if declared else "utf-8")
    return re.sub(r"^\ufeff?<\?xml[^>]*\?>\s*", "", text).replace('version="1.4"', 'version="1.3"', 1)


def well_of(react: str, rows: str, columns: str) -> str:
    """The well as rdmlpython's own `export_table` names it; of formats without a grid the id stays."""
    if int(columns) == 1 or int(rows) == 1:
        return react
    row, column = divmod(int(react) - 1, int(columns))
    return f"{chr(ord('A') + row)}{column + 1}"


def rows_of(path: Path) -> list[dict]:
    from rdmlpython import rdml

    document = rdml.Rdml()
    document.loadXMLString(text_of(path))
    if document.version() == "1.0":
        document.migrate_version_1_0_to_1_1()
    rows = []
    for experiment in document.experiments():
        for run in experiment.runs():
            for react in run.getreactjson()["reacts"]:
                well = well_of(react["id"], run["pcrFormat_rows"], run["pcrFormat_columns"])
                for data in react["datas"]:
                    rows.append(
                        {
                            "run": run["id"],
                            "well": well,
                            "sample": react.get("sample", ""),
                            "target": data.get("tar", ""),
                            "cq": data.get("cq", ""),
                            "excluded": bool(data.get("excl")),
                            "curve": {str(int(float(c))): float(f) for c, f, _ in data["adps"]},
                        }
                    )
    return rows


if __name__ == "__main__":
    json.dump({path: rows_of(Path(path)) for path in sys.argv[1:]}, sys.stdout)
