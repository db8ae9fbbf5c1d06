"""What `mgassay run` was asked for, as a command for Snakemake: which workflow, where, on which experiments."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mgassay.cli.place import check_executor, check_writable, checkout, profile_folder, snakemake_program
from mgassay.errors import UsageError
from mgassay.problems import suggestion

_TABLES = ("experiment.toml", "experiment.xlsx")  # what only an experiment's own folder holds
_PLAIN = re.compile(r"[\w./-]*[A-Za-z/][\w./-]*")
_READ_AS_OTHER = re.compile(r"[+-]?(?:inf|infinity|nan|true|false|yes|no|null|\d[\d_.]*e[+-]?\d+)", re.IGNORECASE)
_OF_ONE = ("report.html", "export/README.txt")  # what `rule all` asks of each experiment
_CONFIG = Path("config") / "config.yaml"
_OURS = {  # Snakemake's options that say what `run` says itself, and why they are not the user's
    ("--snakefile", "-s"): "`mgassay run` runs its own workflow",
    ("--directory", "-d"): "Snakemake works where the results lie; give --results before the --",
    ("--workflow-profile",): "give --profile before the --",
}
_NAMES_EXPERIMENTS = re.compile(r"^experiments\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Job:
    """What is to be run: the folders as the user named them, where Snakemake works, and its command."""

    names: tuple[str, ...]  # the experiments asked for
    results: Path
    command: tuple[str, ...]
    note: str = ""  # what is to be said before it starts
    typed: tuple[str, ...] = ()  # the words behind `mgassay run`


@dataclass(frozen=True)
class Settings:
    """What a config.yaml holds, and where it lies; `note` says which one is not followed, and why."""

    file: Path
    held: dict[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Words:
    """The user's words for Snakemake: its targets and options, and what stands behind --config and --configfile."""

    others: tuple[str, ...]
    config: tuple[str, ...]
    files: tuple[str, ...]


def job_of(
    experiments: Path | None, results: Path | None, cores: int | None, profile: str, extra: Sequence[str]
) -> Job:
    """What to run; raises UsageError for a folder that is not there, or is no folder of experiments.

    Snakemake works where the results folder stands, so that what it remembers of them (`.snakemake`) is found again
    from wherever it is started, and beside the results when the two are moved.
    """
    home = checkout()
    here = settings_here(home) if experiments is None else None
    said = here.held if here else {}
    given = (experiments or Path(str(said["experiments"]))).expanduser()
    folder, only = folder_of(given)
    only = only or str(said.get("only") or "")
    names = named_in(folder, given, only)
    out = (results or Path(str(said.get("results") or "results"))).expanduser().resolve()
    check_apart(out, folder, only)
    check_writable(out, "--results")
    settings = here or settings_beside(out.parent, home)
    words = parted(extra)
    check_words(words.others)
    target = [f"{out.name}/{only}/{made}" for made in _OF_ONE] if only else []
    config = config_words({"experiments": seen_from(out.parent, folder), "results": out.name}, only, settings)
    command = (
        *(str(snakemake_program()), *target, *words.others),
        *where(home, out.parent, settings.file, words.files),
        *how(home, profile, cores, named=bool(profile) or not plain(home, out.parent)),
        *("--config", *config, *words.config),
        *("--quiet", "host", "reason"),
    )
    return Job(asked_for(names, extra), shown_from_here(out), command, settings.note)


def plain(home: Path, work: Path) -> bool:
    """Whether Snakemake finds the checkout's workflow, profile and config by itself: only when typed there."""
    return work == home == Path.cwd()


def where(home: Path, work: Path, settings: Path, files: Sequence[str]) -> tuple[str, ...]:
    """The words that say which workflow, in which folder, with which settings, those of the user's files last.

    The config.yaml that lies where Snakemake works may be another project's: with --replace-workflow-config it counts
    for nothing unless it is named.
    """
    if plain(home, work):
        return ("--configfile", *files) if files else ()
    place = ("--snakefile", str(home / "Snakefile"), "--directory", str(work))
    return (*place, "--replace-workflow-config", "--configfile", str(settings), *files)


def how(home: Path, profile: str, cores: int | None, *, named: bool) -> tuple[str, ...]:
    """The words for the profile, where it has to be named, and the cores; UsageError for one that cannot be used."""
    folder = profile_folder(home, profile)
    check_executor(home, folder)
    use = ("--workflow-profile", str(folder)) if named else ()
    return (*use, "--cores", str(cores)) if cores else use


def config_words(keys: dict[str, str], only: str, settings: Settings) -> list[str]:
    """The keys as words for --config. A folder that was named is run whole, also where the settings say `only`."""
    if only or settings.held.get("only"):
        keys = {**keys, "only": only}
    return [f"{key}={config_text(value)}" for key, value in keys.items()]


def parted(extra: Sequence[str]) -> Words:
    """The user's words for Snakemake, parted. Of a list given twice it would take the last alone, and drop ours.

    Targets behind a further `--` come first, since options of ours follow.

    >>> parted(["-C", "own_donors=true", "--forceall", "--configfile=a.yaml"])
    Words(others=('--forceall',), config=('own_donors=true',), files=('a.yaml',))
    """
    cut = extra.index("--") if "--" in extra else len(extra)
    others: list[str] = [*extra[cut + 1 :]]
    lists: dict[str, list[str]] = {"--config": [], "--configfile": []}
    same = {"-C": "--config", "--configfiles": "--configfile"}
    into = others
    for word in extra[:cut]:
        option, equals, value = word.partition("=")
        option = same.get(option, option)
        if option in lists:
            into = others if equals else lists[option]
            lists[option] += [value] if equals else []
            continue
        into = others if word.startswith("-") else into
        into.append(word)
    return Words(tuple(others), tuple(lists["--config"]), tuple(lists["--configfile"]))


def check_words(words: Sequence[str]) -> None:
    """Raises UsageError for an option of Snakemake's that `run` gives itself: given twice, one of the two is lost."""
    for options, reason in _OURS.items():
        if given := [word for word in words if word.partition("=")[0] in options]:
            raise UsageError(f"run: {given[0]} is not for the words behind --: {reason}")


def check_apart(results: Path, folder: Path, only: str) -> None:
    """Raises UsageError where results would lie among the raw data, and be taken for an experiment the next time."""
    raw = folder / only
    if any(made.is_relative_to(raw) for made in (results, results / only)):
        raise UsageError(f"run: results would be written into {raw}, beside raw data; name another --results")


def folder_of(given: Path) -> tuple[Path, str]:
    """The folder of experiments, and the one that is meant ("" for all); raises UsageError where there is none."""
    folder = given.resolve()
    if not folder.is_dir():
        raise UsageError(f"run: there is no folder {given}")
    if any((folder / table).is_file() for table in _TABLES):
        return folder.parent, folder.name
    return folder, ""


def named_in(folder: Path, given: Path, only: str) -> tuple[str, ...]:
    """The names of the experiments to run; raises UsageError where there is none, or not the one that is meant."""
    names = experiments_in(folder)
    if only:
        if only not in names:
            raise UsageError(f"run: there is no experiment {only} in {given}. {suggestion(only, names)}")
        return (only,)
    if not names:
        init = shlex.join(["mgassay", "init", str(given / "my-plate")])
        raise UsageError(f"run: {given} holds no experiment. `{init}` makes one to begin with.")
    return names


def experiments_in(folder: Path) -> tuple[str, ...]:
    """Names of the experiments, as the workflow takes them: every folder that is not hidden."""
    return tuple(sorted(e.name for e in folder.iterdir() if e.is_dir() and not e.name.startswith(".")))


def asked_for(names: Sequence[str], extra: Sequence[str]) -> tuple[str, ...]:
    """The experiments that Snakemake's own targets name, all where they name none."""
    words = ["/" + word for word in extra]
    return tuple(n for n in names if any(f"/{n}/" in word for word in words)) or tuple(names)


def settings_here(home: Path) -> Settings:
    """The settings of the folder that the user is in; UsageError where they name no experiments or cannot be read."""
    file = Path.cwd() / _CONFIG
    if not file.is_file() or not held_in(file).get("experiments"):
        raise UsageError("run: name the folder that holds your experiments, such as `mgassay run plates`")
    return settings_in(file, home)


def settings_beside(work: Path, home: Path) -> Settings:
    """The settings where experiments were named: those beside the results, the checkout's where these are not ours.

    Raises UsageError for a file that cannot be followed, and is ours, since it says where experiments are.
    """
    beside, own, note = work / _CONFIG, home / _CONFIG, ""
    if beside != own and beside.is_file() and beside.read_bytes().strip():
        try:
            return settings_in(beside, home)
        except UsageError as error:
            if _NAMES_EXPERIMENTS.search(beside.read_text(encoding="utf-8", errors="replace")):
                raise
            note = f"Not followed, as another program's: {error}"
    return replace(settings_in(own, home), note=note)


def settings_in(file: Path, home: Path) -> Settings:
    """The settings that a file holds; raises UsageError where it is not YAML, or holds one that is none of ours."""
    held = held_in(file)
    known = list(held_in(home / "workflow" / "schemas" / "config.schema.yaml")["properties"])
    if other := [str(key) for key in held if key not in known]:
        raise UsageError(f"{file}: mgassay has no setting {other[0]}. {suggestion(other[0], known)}")
    return Settings(file, held)


def held_in(file: Path) -> dict[str, Any]:
    """What a YAML file holds; raises UsageError where it is not YAML, or no table of settings."""
    import yaml

    try:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    if held is not None and not isinstance(held, dict):
        raise UsageError(f"{file} holds no settings, which are lines such as `experiments: plates`")
    return held or {}


def seen_from(work: Path, folder: Path) -> str:
    """A folder's path from where Snakemake works, the whole path where it lies elsewhere."""
    return str(folder.relative_to(work) if folder.is_relative_to(work) else folder)


def shown_from_here(path: Path) -> Path:
    """A path as short as it can be said here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def config_text(value: str) -> str:
    """A value for Snakemake's --config, which reads numbers, truth values and YAML; as text where it might be one.

    Snakemake strips quotes from both ends first, so that they alone would not help: YAML's tag says that it is text.

    >>> config_text("plates/2024"), config_text("2024"), config_text("a: b")
    ('plates/2024', '!!str "2024" ', '!!str "a: b" ')
    """
    plain = _PLAIN.fullmatch(value) and not _READ_AS_OTHER.fullmatch(value)
    return value if plain else f"!!str {json.dumps(value, ensure_ascii=False)} "
