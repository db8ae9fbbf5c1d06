"""Locked parts against advisories that lie on this computer.

The advisories here are made by hand in the OSV form (schema 1.7); what holds for which version follows the schema's own
rule of evaluation, done by hand.
"""

import csv
import json
import re
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
        (affected(versions=["11.02.1", "not a version"]), True),  # PEP 440: the same version, otherwise written
        (
            affected(ZERO, ("fixed", "11.2"), ("introduced", "11.2"), FIXED),
            True,
        ),  # one range ends where the next begins
        (affected(("introduced", "11.2.1"), ("last_affected", "11.2.1")), True),
        (affected(("introduced", "11.2.0"), ("last_affected", "11.2.0")), False),
        ({"package": {"name": "pillow", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM"}]}, False),
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


@pytest.mark.parametrize("line", ["lxml[html]==4.6.0 \\", "lxml @ https://example.org/lxml.whl", "lxml>=4", "-e ."])
def test_a_line_of_a_lock_that_is_no_part_is_not_passed_over(line):
    with pytest.raises(ValueError, match="no package of one version"):
        parts_of(f"# a lock\nabc==1.0 \\\n    --hash=sha256:00\n    # via xy\n{line}\n")


def test_a_lock_without_parts_has_none():
    assert parts_of("# nothing\n") == []


RECORD = "package,id,aliases,introduced,fixed,last_affected,modified,address,judged\n"
ROWS = (
    "pillow,PYSEC-2025-1,CVE-2025-48379 GHSA-xg8h,11.2.0,11.3.0,,2025-07-01,https://example.org/1,\n"
    "pillow,PYSEC-2025-1,CVE-2025-48379 GHSA-xg8h,9.0,9.1,,2025-07-01,https://example.org/1,\n"
    "pillow,GHSA-old,,0,,8.4.0,2022-01-07,https://example.org/2,\n"
)


def record(tmp_path, text):
    path = tmp_path / "record.csv"
    path.write_text(RECORD + text)
    return path


def test_a_record_is_held_against_the_locks_range_by_range(tmp_path):
    kept = record(tmp_path, ROWS + "some_executor,none,,,,,,,\n")
    assert advisories.audited({"a.lock": [PILLOW, SLURM]}, kept) == (
        [
            "2 advisories, the newest of 2025-07-01; 2 are about a locked part",
            "a.lock: 2 parts, 1 known weaknesses",
            "  pillow 11.2.1: PYSEC-2025-1 (CVE-2025-48379, GHSA-xg8h), mended in 11.3.0",
        ],
        1,
    )
    by_hand = {"8.4.0": ["GHSA-old"], "8.4.1": [], "9.0": ["PYSEC-2025-1"], "9.1": [], "11.3.0": []}
    for version, holds in by_hand.items():
        part = Part("Pillow", version, "", ())
        assert [w.advisory for w in advisories.weaknesses([part], advisories.recorded(kept)[0])] == holds


def test_what_is_judged_not_to_reach_us_is_printed_and_not_counted(tmp_path):
    kept = record(tmp_path, "pillow,PYSEC-2025-1,,0,,,2025-07-01,https://example.org/1,11.2.1: we never write DDS\n")
    lines, status = advisories.audited({"a.lock": [PILLOW]}, kept)
    assert status == 0
    assert lines[1:] == [
        "a.lock: 1 parts, 1 known weaknesses",
        "  pillow 11.2.1: PYSEC-2025-1, not mended in any version; judged: we never write DDS",
    ]
    another = Part("pillow", "11.2.2", "", ())  # nobody has looked at what is weak in this one
    assert advisories.audited({"a.lock": [PILLOW, another]}, kept)[1] == 1


def test_a_part_that_the_record_leaves_out_was_not_audited(tmp_path):
    mended = Part("pillow", "11.3.0", "", ())
    lines, status = advisories.audited({"a.lock": [mended, SLURM]}, record(tmp_path, ROWS))
    assert status == 2
    assert lines[-1] == "not looked up, and so not audited: some-executor"


@pytest.mark.parametrize(
    "row",
    [
        "pillow,PYSEC-2025-1,,,11.3.0,,2025-07-01,https://example.org/1,\n",  # from which version
        "pillow,PYSEC-2025-1,,0,11.3.0,11.2.9,2025-07-01,https://example.org/1,\n",  # up to two
        "pillow,PYSEC-2025-1,,0,11.3.0,,2025-07-01,,\n",  # read nowhere
        "pillow,,,0,11.3.0,,2025-07-01,https://example.org/1,\n",
        "pillow,PYSEC-2025-1,,0,11.3.0,,2025-07-01,https://example.org/1,,more\n",
        "pillow,PYSEC-2025-1,,0,11.3.0\n",
        "pillow,PYSEC-2025-1,,0,none yet,,2025-07-01,https://example.org/1,\n",
        "pillow,PYSEC-2025-1,,old,11.3.0,,2025-07-01,https://example.org/1,\n",
    ],
)
def test_a_row_that_says_less_or_more_is_refused(tmp_path, row):
    with pytest.raises(ValueError, match=r"^(a record has|a row says|Invalid version)"):
        advisories.recorded(record(tmp_path, row))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["nowhere"], "No such file"),
        (["a.csv"], "a record has the columns"),
        (["b.csv"], "end of data"),
        (["broken"], "a.yaml: "),
        ([], "usage: "),
    ],
)
def test_what_cannot_be_read_is_wrong_usage_and_no_weakness(said, answer, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("package,version\npillow,1\n")
    (tmp_path / "b.csv").write_text(RECORD + 'pillow,"none\n')
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.yaml").write_text("id: [\n")
    monkeypatch.setattr("sys.argv", ["bench.advisories", *said])
    with pytest.raises(SystemExit) as ended:
        advisories.main()
    assert ended.value.code == 2
    assert answer in capsys.readouterr().err


KEPT = ROOT / "docs" / "advisories.csv"


def locks():
    return {lock.name: parts_of(lock.read_text()) for lock in sorted(ROOT.glob("requirements*.lock"))}


def test_every_locked_part_was_looked_up_and_none_is_known_to_be_weak():
    lines, status = advisories.audited(locks(), KEPT)
    assert status == 0, "\n".join(lines)


def test_the_record_says_where_each_advisory_was_read_and_judges_only_what_holds():
    kept, known = advisories.recorded(KEPT)
    with KEPT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["package"] for r in rows] == sorted(r["package"] for r in rows)
    assert len({(r["package"], r["id"], r["introduced"]) for r in rows}) == len(rows)
    empty = {r["package"] for r in rows if r["id"] == advisories.NONE}
    assert empty.isdisjoint(r["package"] for r in rows if r["id"] != advisories.NONE)
    assert known == {p.name for parts in locks().values() for p in parts}  # no row of a part that is gone either
    for row in rows:
        if row["id"] != advisories.NONE:
            assert re.fullmatch(r"(PYSEC-\d{4}-\d+|GHSA(-\w{4}){3}|CVE-\d{4}-\d{4,})", row["id"]), row
            assert row["address"].startswith("https://"), row
    held = {
        (w.part.name, w.advisory) for parts in locks().values() for w in advisories.weaknesses(parts, kept) if w.judged
    }
    assert held == {(r["package"], r["id"]) for r in rows if r["judged"]}


@pytest.mark.parametrize(
    ("name", "version", "holds", "not_before"),
    [
        # github.com/OpenSecOps-Org/Foundation-control-tower-log-aggregator, release v1.6.6: 2.7.0 has all three
        ("urllib3", "2.7.0", {"CVE-2026-97687", "CVE-2026-97688", "CVE-2026-97689"}, "2.8.0"),
        # github.com/OpenSecOps-Org/SOAR-SAM-Automating-Forensic-Disk-Collection, release v1.3.3
        ("urllib3", "2.6.3", {"CVE-2026-44431", "CVE-2026-44432"}, "2.7.0"),
        # github.com/marcusrbrown/systematic, release v2.33.3: 12.3.0 is the first without these five
        ("pillow", "12.2.0", {f"PYSEC-2026-{n}" for n in range(2253, 2258)}, "12.3.0"),
        # tenable.com, container plugins 474830 and 474832
        ("gitpython", "3.1.49", {"CVE-2026-67326"}, "3.1.50"),
        ("gitpython", "3.1.55", {"CVE-2026-73621"}, "3.1.56"),
        # github.com/matthiaskoenig/pymetadata, release 0.8.2
        ("certifi", "2026.10.18", {"GHSA-6q48-6c7w-9gw2"}, "2026.10.19"),
    ],
)
def test_what_others_were_warned_of_the_record_warns_of(name, version, holds, not_before):
    def told(version):
        found = advisories.weaknesses([Part(name, version, "", ())], advisories.recorded(KEPT)[0])
        return {w.advisory for w in found} | {a for w in found for a in w.aliases}

    assert holds <= told(version)
    assert holds.isdisjoint(told(not_before))


def test_the_page_says_how_much_was_read():
    kept, known = advisories.recorded(KEPT)
    weak = {affected["package"]["name"] for a in kept for affected in a["affected"]}
    page = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    assert (
        f"{len(known)} packages looked up, {len({a['id'] for a in kept})} advisories about {len(weak)} of them" in page
    )
    run, slurm, vendors, oracles = (
        len(locks()[f"requirements{kind}.lock"]) for kind in ("", "-slurm", "-vendors", "-oracles")
    )
    assert f"{run} parts of requirements.lock, {slurm} of the SLURM extra, {vendors} and {oracles} of env" in page
    judged = {w.part.name for parts in locks().values() for w in advisories.weaknesses(parts, kept)}
    assert judged == {"dask", "soupsieve"}, "the page tells of these two"
