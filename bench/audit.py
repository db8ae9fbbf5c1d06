"""What mgassay is made of: the parts list (SBOM) of requirements.lock, and whether any part has a known weakness.

    make sbom     write sbom.cdx.json and the table of licences in docs/security.md anew, after the lock was renewed
    make audit    ask for known weaknesses of every locked part (needs a network), by pip-audit

The lock says names, versions, for which system, and who needs whom. Licences are not in it: bench/licences.toml holds
them, read off each part's own metadata or licence file. Nothing here depends on what is installed, or on the day.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import uuid
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "sbom.cdx.json"
PAGE = ROOT / "docs" / "security.md"
LICENCES = Path(__file__).with_name("licences.toml")
AUDITOR = "pip-audit>=2.9,<3"
COPYLEFT = re.compile(r"\bA?GPL", re.IGNORECASE)  # LGPL is not among them, and none is here either

_PART = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))? *\\?$", re.MULTILINE)
_BEGUN, _ENDED = "<!-- licences: written by `make sbom` -->\n", "<!-- end of licences -->\n"


@dataclass(frozen=True)
class Part:
    """One package of the lock: for which systems (a marker, "" for all), and the packages that need it."""

    name: str
    version: str
    marker: str
    needed_by: tuple[str, ...]  # "mgassay" for what pyproject.toml names

    @property
    def purl(self) -> str:
        """Its address among packages, as the package-url specification writes those of PyPI."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def main() -> None:
    """Writes the parts list, or audits; exits 2 for a word that is neither."""
    match sys.argv[1:]:
        case ["sbom"]:
            parts, licences = parts_of(LOCK.read_text(encoding="utf-8")), licences_read()
            SBOM.write_text(sbom_text(parts, licences), encoding="utf-8")
            PAGE.write_text(
                page_with(PAGE.read_text(encoding="utf-8"), licence_table(parts, licences)), encoding="utf-8"
            )
        case ["audit"]:
            sys.exit(audit())
        case _:
            refuse("usage: python -m bench.audit sbom | audit")


def refuse(message: str) -> NoReturn:
    """Ends the program with status 2, "wrong usage": 1 says that a weakness was found."""
    sys.stderr.write(message + "\n")
    sys.exit(2)


def parts_of(lock: str) -> list[Part]:
    """The packages of a lock, in its order; the same name twice where versions differ between systems.

    Raises ValueError for a line that is neither a package with one version, nor a hash, nor a comment.
    """
    found = list(_PART.finditer(lock))
    if others := [line for line in lock.splitlines() if re.match(r"[^\s#]", line) and not _PART.match(line)]:
        raise ValueError(f"no package of one version: {others}")
    ends = [f.start() for f in found][1:] + [len(lock)] * bool(found)
    return [
        Part(f["name"], f["version"], f["marker"] or "", _needed_by(lock[f.end() : end]))
        for f, end in zip(found, ends, strict=True)
    ]


def _needed_by(comment: str) -> tuple[str, ...]:
    """The packages that a lock's `# via` names."""
    _, _, via = comment.partition("# via")
    names = re.findall(r"^ *#? *([A-Za-z][\w.-]*)(?: \(pyproject\.toml\))?", via, re.MULTILINE)
    return tuple(dict.fromkeys(names))


def licences_read() -> dict[str, str]:
    """The licence of each part, as an SPDX expression."""
    return tomllib.loads(LICENCES.read_text(encoding="utf-8"))


def sbom_text(parts: Sequence[Part], licences: dict[str, str]) -> str:
    """The parts list as CycloneDX 1.6 JSON; the same bytes for the same lock.

    Hashes of files stay in the lock: a part has one for each system's file, a component would have to choose.
    """
    held = {
        "metadata": {
            "component": {"type": "application", "bom-ref": "mgassay", "name": "mgassay", "version": _version()}
        },
        "components": [_component(p, licences[p.name]) for p in parts],
        "dependencies": _dependencies(parts),
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(held, sort_keys=True))
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
    }
    return json.dumps({**head, **held}, indent=1) + "\n"


def _component(part: Part, licence: str) -> dict[str, Any]:
    marker = {"properties": [{"name": "python:marker", "value": part.marker}]} if part.marker else {}
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "licenses": [{"expression": licence}],
        **marker,
    }


def _dependencies(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Who needs whom, mgassay first."""
    refs = {"mgassay": ["mgassay"]}
    for part in parts:
        refs.setdefault(part.name, []).append(part.purl)
    return [
        {"ref": ref, "dependsOn": [p.purl for p in parts if name in p.needed_by]}
        for name, same in refs.items()
        for ref in same
    ]


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def licence_table(parts: Sequence[Part], licences: dict[str, str]) -> str:
    """The table of docs/security.md: licences, and the parts under each."""
    under: dict[str, list[str]] = {}
    for name in dict.fromkeys(p.name for p in parts):
        under.setdefault(licences[name], []).append(name)
    rows = [f"| {licence} | {len(names)} | {', '.join(names)} |" for licence, names in sorted(under.items())]
    return "\n".join(["| licence (SPDX) | parts | which |", "|---|---:|---|", *rows]) + "\n"


def page_with(page: str, table: str) -> str:
    """The page with the table between its two marks."""
    before, _, rest = page.partition(_BEGUN)
    return f"{before}{_BEGUN}\n{table}\n{_ENDED}{rest.partition(_ENDED)[2]}"


def audit() -> int:
    """pip-audit's exit status on the lock, in an environment of its own; prints what it found.

    --strict: a part that the database does not know counts as a failure. Without it pip-audit ends with 0 where it
    could look up nothing at all, as behind an index that serves files and no advisories.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", AUDITOR], check=True)
        words = ["-m", "pip_audit", "--strict", "--no-deps", "--disable-pip", "-r", str(LOCK)]
        return subprocess.run([python, *words]).returncode


if __name__ == "__main__":
    main()
