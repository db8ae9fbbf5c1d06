"""What rdmlpython and the schema of RDML 1.3 make of exported files, as JSON; run by the interpreter of an environment
that holds rdmlpython, not imported.

Arguments: an RDML file, then RDES files. Each RDES file is imported into a document of its own.
"""

import json
import sys
import zipfile
from pathlib import Path


def schema_errors(path: str) -> list[str]:
    import rdmlpython
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(Path(rdmlpython.__file__).parent / "schema" / "RDML_v1_3_REC.xsd"))
    with zipfile.ZipFile(path) as archive:
        document = etree.fromstring(archive.read("rdml_data.xml"))
    schema.validate(document)
    return [f"line {e.line}: {e.message}" for e in schema.error_log]


def opened(path: str) -> dict:
    from rdmlpython import rdml

    document = rdml.Rdml(path)
    runs = [run for experiment in document.experiments() for run in experiment.runs()]
    return {
        "version": document.version(),
        "valid": document.isvalid(),
        "tables": {run["id"]: run.export_table("amp") for run in runs},
    }


def imported(path: str) -> dict:
    from rdmlpython import rdml

    document = rdml.Rdml()
    document.new_experiment("e")
    experiment = document.get_experiment(byid="e")
    experiment.new_run("r")
    run = experiment.get_run(byid="r")
    run["pcrFormat_rows"], run["pcrFormat_columns"] = "8", "12"
    run["pcrFormat_rowLabel"], run["pcrFormat_columnLabel"] = "ABC", "123"
    said = run.import_table(document, path, "amp")
    return {"said": said, "table": run.export_table("amp")}


if __name__ == "__main__":
    first, *others = sys.argv[1:]
    json.dump({"schema": schema_errors(first), **opened(first), "rdes": [imported(p) for p in others]}, sys.stdout)
