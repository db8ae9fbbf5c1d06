"""The reader that CONTRIBUTING shows is one: it is read from the page and tried."""

import re
import textwrap

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes

EXPORT = """Acme PlateView 2.1
Operator: me
Computed
\t1\t2
A\t9\t9

Read 450
\t1\t2
A\t0.1\t0.2
B\t0.3\tOVRFLW
"""


def test_the_reader_of_the_page_reads(root):
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = textwrap.dedent(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1])
    module: dict[str, object] = {}
    exec(compile(code, "CONTRIBUTING.md", "exec"), module)
    (reader,) = module["READERS"]
    content = content_from_bytes(EXPORT.encode(), "x.txt")
    assert reader.detect(content)
    frame = reader.read(content, RawFile(file="x.txt", assay="calcium", plate="P"), Problems()).readings
    assert frame[["well", "wavelength_nm", "status"]].values.tolist() == [
        ["A1", 450.0, "ok"],
        ["A2", 450.0, "ok"],
        ["B1", 450.0, "ok"],
        ["B2", 450.0, "above"],
    ]
