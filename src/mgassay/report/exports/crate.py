"""RO-Crate metadata of the export folder: which program made it from which files, with checksums.

RO-Crate 1.1 with Process Run Crate 0.5. The crate is export/ alone. What lies outside it (raw files, tables, report) is
named by its checksum (`ni:///sha-256;...`, RFC 6920), which is an address that needs no place.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mgassay.problems import count

NAME = "ro-crate-metadata.json"
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_RUN, _LICENCE = "#run", "#licence"
# The format asks for a date. Results hold no clock, so that they are the same each time: this one says "not known".
_NO_DATE = "1980-01-01"
_KINDS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pzfx": "application/xml",
    "rdml": "application/zip",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "json": "application/json",
    "html": "text/html",
    "toml": "application/toml",
}
Entity = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """What a crate tells of: files by relative name with their SHA-256 (hexadecimal), and the run's provenance.

    `files` lie in the export folder, with what each is, `results` and `inputs` outside it; `folders` hold many files.
    `errors` counts what has to be mended: with any, no verdict was reached and the run is said to have failed.
    """

    name: str
    title: str
    files: Mapping[str, tuple[str, str]]
    folders: Mapping[str, str]
    results: Mapping[str, str]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    errors: int = 0


def crate_json(held: Held) -> bytes:
    """The metadata document, entities in a fixed order."""
    inside = [_file(name, name, digest, told) for name, (digest, told) in sorted(held.files.items())]
    folders = [
        {"@id": f"{name}/", "@type": "Dataset", "name": name, "description": told}
        for name, told in sorted(held.folders.items())
    ]
    results = [_file(_by_checksum(d), name, d, "") for name, d in sorted(held.results.items())]
    inputs = [_file(_by_checksum(d), name, d, "") for name, d in sorted(held.inputs.items())]
    outside = _each_once([*results, *inputs])
    program, *packages = _software(held.versions)
    entities = [
        {"@id": NAME, "@type": "CreativeWork", "conformsTo": {"@id": _CRATE}, "about": {"@id": "./"}},
        _root(held, [*inside, *folders, *outside]),
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        _licence(),
        _run(held, program, inputs, [*inside, *folders, *results]),
        {**program, "softwareRequirements": _refs(packages)},
        *packages,
        *inside,
        *folders,
        *outside,
    ]
    context = [f"{_CRATE}/context", {"sha256": "http://schema.org/sha256"}]
    text = json.dumps({"@context": context, "@graph": entities}, indent=1, ensure_ascii=False)
    return (text + "\n").encode(errors="backslashreplace")


def _root(held: Held, parts: list[Entity]) -> Entity:
    """The folder itself."""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": held.title or held.name,
        "identifier": held.name,
        "description": f"Results of the experiment {held.name} by mgassay, for other programs. The date of publication "
        "is not known to the program: set it, and the licence, before you publish.",
        "datePublished": _NO_DATE,
        "license": {"@id": _LICENCE},
        "conformsTo": {"@id": _PROFILE},
        "hasPart": _refs(parts),
        "mentions": {"@id": _RUN},
    }


def _licence() -> Entity:
    """The licence of data is not the program's to give."""
    told = "The laboratory that owns the data has not stated a licence. Without one nobody else may use them."
    return {"@id": _LICENCE, "@type": "CreativeWork", "name": "Not stated", "description": told}


def _run(held: Held, program: Entity, inputs: list[Entity], results: list[Entity]) -> Entity:
    """The run: raw files to results. No time is given, because results hold none."""
    mend = count(held.errors, "error has", "errors have")
    told = f"{mend} to be mended, see tables/problems.csv; no verdict was reached"
    return {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": f"mgassay on {held.name}",
        "description": "Raw exports read, quantified and judged; settings stand in provenance.json.",
        "instrument": {"@id": program["@id"]},
        "object": _refs(_each_once(inputs)),
        "result": _refs(_each_once(results)),
        "actionStatus": f"http://schema.org/{'Failed' if held.errors else 'Completed'}ActionStatus",
        **({"error": told} if held.errors else {}),
    }


def _software(versions: Mapping[str, str]) -> list[Entity]:
    """The program, then Python and the packages that it stands on, by their package URLs (purl)."""
    own = versions.get("mgassay", "not-known")
    program = _application("generic", "mgassay", own) | {"license": {"@id": "https://spdx.org/licenses/MIT"}}
    beside = sorted((name, version) for name, version in versions.items() if name != "mgassay")
    kinds = {"python": "generic"}
    return [program, *(_application(kinds.get(name, "pypi"), name, version) for name, version in beside)]


def _application(kind: str, name: str, version: str) -> Entity:
    """A program with its version."""
    return {
        "@id": f"pkg:{kind}/{name.lower()}@{version}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }


def _file(identifier: str, name: str, digest: str, told: str) -> Entity:
    """A file with its checksum."""
    kind = _KINDS.get(name.rpartition(".")[2].lower())
    return {
        "@id": identifier,
        "@type": "File",
        "name": name,
        **({"description": told} if told else {}),
        **({"encodingFormat": kind} if kind else {}),
        "sha256": digest,
    }


def _by_checksum(digest: str) -> str:
    """The name of what has a SHA-256 (hexadecimal). Source: RFC 6920, 3.

    >>> _by_checksum("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    'ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    return f"ni:///sha-256;{base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip('=')}"


def _each_once(entities: list[Entity]) -> list[Entity]:
    """Entities by their address; files of the same bytes are one, with all their names."""
    found: dict[str, Entity] = {}
    for entity in entities:
        held = found.setdefault(entity["@id"], dict(entity))
        if held["name"] != entity["name"]:
            names = [*held.get("alternateName", ()), entity["name"]]
            held["alternateName"] = sorted(dict.fromkeys(names))
    return list(found.values())


def _refs(entities: list[Entity]) -> list[Entity]:
    """References to entities."""
    return [{"@id": e["@id"]} for e in entities]
