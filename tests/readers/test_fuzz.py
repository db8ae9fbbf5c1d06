"""Whatever a file holds: readings or a problem of the catalogue, never a traceback, in bounded time and memory.

The seeds are the project's own exports, the demo's, and the real ones where they are at hand; each is cut, flipped,
doubled and mixed at random places, always the same ones.
"""

import resource
import time
from pathlib import Path

import numpy as np
import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import all_readers, read_raw_file

ROOT = Path(__file__).parents[2]
OWN = [*sorted((ROOT / "tests/readers/exports/data").glob("*/*")), *sorted((ROOT / "resources/demo").glob("*/raw/*"))]
REAL = sorted((ROOT.parent / "shared" / "data").glob("*/*"))
SEEDS = [p for p in (*OWN, *REAL) if p.suffix not in (".toml", ".md") and not p.name.endswith(".expected.csv")]
SECONDS, MEGABYTES = 2.0, 500


def flipped(raw, rng):
    """Some bytes have another bit."""
    changed = np.frombuffer(raw, np.uint8).copy()
    at = rng.integers(0, len(changed), rng.integers(1, 20))
    changed[at] ^= np.uint8(1) << rng.integers(0, 8, len(at)).astype(np.uint8)
    return changed.tobytes()


def cut_off(raw, rng):
    return raw[: rng.integers(1, max(2, len(raw)))]


def without_a_piece(raw, rng):
    start, length = rng.integers(0, len(raw)), rng.integers(1, 400)
    return raw[:start] + raw[start + length :]


def with_a_piece_twice(raw, rng):
    start, length = rng.integers(0, len(raw)), rng.integers(1, 2000)
    return raw[: start + length] + raw[start : start + length] + raw[start + length :]


def with_other_signs(raw, rng):
    """One sign that means something becomes another, throughout or once."""
    signs = b"\t,;.:*<>=\"'\n\r 0AE-"
    old, new = signs[rng.integers(0, len(signs))], signs[rng.integers(0, len(signs))]
    return raw.replace(bytes([old]), bytes([new]), -1 if rng.random() < 0.5 else int(rng.integers(1, 5)))


def with_words(raw, rng):
    """A word of instruments or people stands somewhere."""
    words = [b"OVRFLW", b"NaN", b"1e999", b"-1", b"99999999999999999999", b"=1+1", b"[Results]", b"\x00", b"\xff\xfe",
             b"A1", b"Well", b"\r", b"<rdml>", b"Plate:\t", b"~End", "Cт".encode(), b"#REF!", b"12:61:99"]  # fmt: skip
    at = int(rng.integers(0, len(raw)))
    return raw[:at] + words[rng.integers(0, len(words))] + raw[at:]


CHANGES = (flipped, cut_off, without_a_piece, with_a_piece_twice, with_other_signs, with_words)


def mutants(seeds, rounds):
    for path in seeds:
        raw = path.read_bytes()
        for k in range(rounds):
            rng = np.random.default_rng([k, len(raw), sum(path.name.encode())])
            changed = raw
            for _ in range(1 + k % 3):
                changed = CHANGES[rng.integers(0, len(CHANGES))](changed, rng) or b"\n"
            yield f"{path.name} #{k}", changed


def survive(folder, name, raw, reader=""):
    """Reads the bytes; an empty table has an error that says why, and the time is bounded."""
    path = folder / "mutant"
    path.write_bytes(raw)
    problems = Problems()
    start = time.process_time()
    frame = read_raw_file(path, RawFile(file=name, assay="calcium", plate="P", reader=reader), problems).export.readings
    seconds = time.process_time() - start
    assert len(frame) or problems.count("error"), name
    assert seconds < SECONDS, f"{name} took {seconds:.1f} s"


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("part", range(4))
def test_broken_exports_are_read_or_refused(tmp_path, part):
    before = megabytes()
    for name, raw in mutants(SEEDS[part::4], rounds=6):
        survive(tmp_path, name, raw)
    assert megabytes() - before < MEGABYTES


def test_any_reader_survives_any_export(tmp_path):
    readers = [r.name for r in all_readers() if r.kind != "vendors"]
    for k, path in enumerate(SEEDS):
        survive(tmp_path, path.name, path.read_bytes(), readers[k % len(readers)])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_many_broken_exports_are_read_or_refused(tmp_path, part):
    before = megabytes()
    for name, raw in mutants(SEEDS[part::8], rounds=150):
        survive(tmp_path, name, raw)
    assert megabytes() - before < MEGABYTES


@pytest.mark.slow
def test_every_reader_survives_every_export(tmp_path):
    for path in SEEDS:
        for reader in (r.name for r in all_readers() if r.kind != "vendors"):
            survive(tmp_path, path.name, path.read_bytes(), reader)
