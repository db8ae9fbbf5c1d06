"""Run by the Python of the vendors' environment: an export on standard input, allotropy's document on standard output.

It imports nothing of mgassay, which that environment does not have. Exit status 2: allotropy refused the file (its
reason on standard error).
"""

import io
import json
import sys


def main(vendor: str, file: str) -> int:
    """Writes the document of one export as JSON; `vendor` is a name of allotropy's list."""
    from allotropy.exceptions import AllotropeConversionError
    from allotropy.parser_factory import Vendor
    from allotropy.to_allotrope import allotrope_from_io

    try:
        document = allotrope_from_io(io.BytesIO(sys.stdin.buffer.read()), file, Vendor[vendor])
    except AllotropeConversionError as refused:
        sys.stderr.write(str(refused))
        return 2
    json.dump(document, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
