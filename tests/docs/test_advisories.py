"""Locked parts against advisories that lie on this computer.

The advisories here are made by hand in the OSV form (schema 1.7); what holds for which version follows the schema's own
rule of evaluation, done by hand.
"""

import json
import zipfile

import pytest
from tests.conftest import ROOT

from bench import advisories
from bench.audit import Part, parts_of

PILLOW = Part("pillow", "11.2.1", "", ("mgassay",))
SLURM = Part("Some_Executor", "2.0.0rc1", "", ())


def affected(*events, name="pillow", ecosystem="PyPI", kind="ECOSYSTEM", versions=()):
    ranges = [{"type": kind, "events": [dict([e]) for e in events]}] if events else []
    return {"package": {"name": name, "ecosystem": ecosystem}, "ranges": ranges, "versions": list(versions)}


def advisory(*parts, number="PYSEC-2025-1", **more):
    return {"id": number, "modified": "2025-07-01T15:33:53Z", "affected": list(parts), **more}


ZERO, FIXED, LATER = ("introduced", "0"), ("fixed", "11.3.0"), ("introduced", "11.2.2")


@pytest.mark.parametrize(
    ("part", "holds"),
    [
        (affected(ZERO, FIXED), True),
        (affected(ZERO), True),
        (affected(FIXED, ZERO), True),  # the order of events means nothing
        (affected(LATER, FIXED), False),
        (affected(("introduced", "11.2.1"), FIXED), True),
        (affected(ZERO, ("fixed", "11.2.1")), False),
        (affected(ZERO, ("last_affected", "11.2.1")), True),
        (affected(ZERO, ("last_affected", "11.2.0")), False),
        (affected(ZERO, ("fixed", "9.0"), ("introduced", "10.0"), FIXED), True),  # 9.0 < 10.0 as versions, not as text
        (affected(ZERO, ("fixed", "9.0"), ("introduced", "12.0")), False),
        (affected(versions=["11.2.0", "11.2.1"]), True),
        (affected(versions=["11.2.0", "11.2.10"]), False),
        (affected(ZERO, FIXED, kind="GIT"), False),
        (affected(ZERO, ("fixed", "11.2-as-of-may")), False),  # no version of PEP 440: taken as 11.2
    ],
)
def test_which_versions_an_advisory_holds_for(part, holds):
    assert bool(advisories.weaknesses([PILLOW], [advisory(part)])) is holds


def test_other_names_ecosystems_and_what_was_withdrawn_hold_for_none():
    others = [affected(ZERO, name="pillow-simd"), affected(ZERO, ecosystem="npm"), {"package": None, "ranges": None}]
    assert advisories.weaknesses([PILLOW], [advisory(*others), advisory(affected(ZERO), withdrawn="2025-08-01")]) == []


def test_a_name_is_compared_as_the_index_compares_it_and_a_candidate_is_before_its_release():
    found = advisories.weaknesses([PILLOW, SLURM], [advisory(affected(ZERO, ("fixed", "2.0.0"), name="some.executor"))])
    assert [str(w) for w in found] == ["Some_Executor 2.0.0rc1: PYSEC-2025-1, mended in 2.0.0"]


def test_what_is_said_of_a_weakness():
    newer = affected(ZERO, ("fixed", "9.1"), ("introduced", "11"), ("fixed", "12.0"), FIXED)
    told = advisories.weaknesses(
        [PILLOW], [advisory(affected(ZERO), number="GHSA-z"), advisory(newer, aliases=["CVE-2025-48379"])]
    )
    assert [str(w) for w in told] == [
        "pillow 11.2.1: GHSA-z, not mended in any version",
        "pillow 11.2.1: PYSEC-2025-1 (CVE-2025-48379), mended in 11.3.0",
    ]


@pytest.fixture(params=["folder", "zip"])
def kept(request, tmp_path):
    """One advisory as JSON and one as YAML, beside files that are none; in a folder, or in a zip."""
    texts = {
        "vulns/pillow/PYSEC-2025-1.json": json.dumps(advisory(affected(ZERO, FIXED))),
        "vulns/pip/PYSEC-2026-2.yaml": 'id: PYSEC-2026-2\nmodified: "2026-03-02T00:00:00Z"\naffected:\n'
        '- package: {name: pip, ecosystem: PyPI}\n  ranges: [{type: ECOSYSTEM, events: [{introduced: "0"}]}]\n',
        "README.md": "not an advisory",
        "schema.json": '{"title": "no advisory either"}',
        "list.json": "[1]",
    }
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
        return tmp_path / "all.zip"
    for name, text in texts.items():
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "copy"


def test_a_copy_is_read_and_every_lock_held_against_it(kept):
    mended = Part("pillow", "11.3.0", "", ())
    lines, status = advisories.audited({"a.lock": [PILLOW, SLURM], "b.lock": [mended]}, kept)
    assert lines == [
        "2 advisories, the newest of 2026-03-02; 1 are about a locked part",
        "a.lock: 2 parts, 1 known weaknesses",
        "  pillow 11.2.1: PYSEC-2025-1, mended in 11.3.0",
        "b.lock: 1 parts, 0 known weaknesses",
    ]
    assert status == 1
    assert advisories.audited({"b.lock": [mended]}, kept)[1] == 0


def test_a_copy_that_knows_none_of_the_parts_is_no_clean_bill(kept):
    lines, status = advisories.audited({"a.lock": [SLURM]}, kept)
    assert (status, len(lines)) == (2, 1)
    assert "nothing was audited" in lines[0]


def test_every_lock_of_the_project_can_be_audited():
    for lock in ROOT.glob("requirements*.lock"):
        for part in parts_of(lock.read_text()):
            assert not advisories.holds_for(affected(ZERO, ("fixed", "0.0.0a1")), part.version), part
