"""Mean efficiency of each target by rdmlpython's LinRegPCR, as JSON; run by the interpreter of its environment.

It has to be helped: version 1.7.2 names `np.NaN`, which numpy 2 no longer has, and wants the ids of reactions as
numbers, where version 1.0 of the format has wells.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np

MEAN = "mean PCR eff - no plateau"


def efficiencies_of(path: Path) -> dict[str, float]:
    np.NaN = np.nan
    from rdmlpython import rdml
    from rdmlpython_reads import text_of

    document = rdml.Rdml()
    document.loadXMLString(text_of(path))
    if document.version() == "1.0":
        document.migrate_version_1_0_to_1_1()
    found = {}
    for run in (run for experiment in document.experiments() for run in experiment.runs()):
        for react in run._node.findall(".//{*}react"):
            well = react.get("id")
            if not well.isdigit():
                react.set("id", str((ord(well[0]) - ord("A")) * 12 + int(well[1:])))
        header, *rows = run.linRegPCR(saveResultsList=True)["resultsList"]
        for row in (dict(zip(header, row, strict=True)) for row in rows):
            found[row["target"]] = float(row[MEAN])
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump({path: efficiencies_of(Path(path)) for path in sys.argv[1:]}, sys.stdout)
