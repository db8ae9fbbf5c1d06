"""Runs docs/tutorial.md: its commands in an empty folder, in order; writes anew what they print (`make pages`).

A command begins with `$ `; the lines below it are what it prints. A line with nothing but `…` stands for any lines.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).with_suffix(".md")
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)
ANY = "…"


@dataclass(frozen=True)
class Command:
    """One command and the lines that the page says it prints."""

    line: str
    said: tuple[str, ...]


def commands_of(text: str) -> list[Command]:
    """The commands of a page or of one block, in order."""
    found: list[Command] = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, *said = part.rstrip("\n").split("\n")
            found.append(Command(line, tuple(said)))
    return found


def printed(line: str, folder: Path) -> tuple[str, ...]:
    """What a command prints in that folder, with the programs of this environment; problems come behind."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": programs, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=600)  # noqa: S603, S607
    return tuple((done.stdout + done.stderr).rstrip("\n").split("\n")) if done.stdout + done.stderr else ()


def fits(said: tuple[str, ...], came: tuple[str, ...]) -> bool:
    """Whether what came is what was said, `…` standing for any lines."""
    pattern = "\n".join("(?:.*\n)*.*" if line == ANY else re.escape(line) for line in said)
    return re.fullmatch(pattern, "\n".join(came)) is not None


def written(command: Command, folder: Path) -> str:
    """A command with what it prints; where lines were left out by `…` and what is there still fits, as it was."""
    came = printed(command.line, folder)
    kept = command.said if ANY in command.said and fits(command.said, came) else came
    return "\n".join([f"$ {command.line}", *kept])


def page(text: str, folder: Path) -> str:
    """The page with all of its commands run anew."""
    return BLOCK.sub(
        lambda block: "```console\n" + "\n".join(written(c, folder) for c in commands_of(block[0])) + "\n```\n", text
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), Path(empty)), encoding="utf-8")
