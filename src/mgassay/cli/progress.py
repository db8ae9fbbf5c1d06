"""What Snakemake says while it works, as one line per finished step.

Snakemake (9) tells a job with its number and wildcards when it starts, and with its number when it has ended; that is
read here line by line. What is not understood is kept, and shown when something went wrong.
"""

import errno
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_STARTED = re.compile(r"\s*(?:local)?(?:rule|checkpoint) (\w+):$")  # those of a group are indented
_JOB = re.compile(r"\s+jobid: (\d+)$")
_OF = re.compile(r"\s+wildcards: .*\bexperiment=([^,\s]+)")
_ENDED = re.compile(r"Finished jobid: (\d+) \(Rule: (\w+)\)")
_STEPS = re.compile(r"(\d+) of (\d+) steps \(")
_FAILED = re.compile(r"(?:    message: )?Error in (rule|group) ([^\s:,]+)")  # a group's is part of a paragraph
_AGAIN = re.compile(r"Trying to restart job (\S+)\.$")  # a number, or a UUID where it is a group
_SHOWN = re.compile(r"Logfile .+:$")
_RULER = re.compile(r"=+$")  # above and below a log that is shown
_LOCKED = "LockException:"
_USAGE = re.compile(r"snakemake: error: ")  # below a hundred lines of all its options
_STATUS = re.compile(r"returned non-zero exit status (\d+)|died with <Signals\.(\w+)")
_LEFT = re.compile(r".+ still holds results of .+")  # what the workflow says at its end of results left over
_LOG = re.compile(r"Complete log\(s\): (.+)$")
_FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))  # also of Snakemake's own files
IDLE = "Nothing to be done"
_KEPT = 2000  # lines; a traceback and a job's log are some hundred
_LISTS = re.compile(r" +(?:message: None|jobid:|input:|output:)")  # of a failed job: hundreds of names
_QUIET = ("listing", "code", "ids", "all")  # steps of the workflow's own housekeeping


@dataclass(frozen=True)
class Step:
    """A step that has ended; `experiment` is empty for those over all experiments."""

    done: int
    total: int
    rule: str
    experiment: str


@dataclass
class Watch:
    """What was understood so far; `statuses` are the exit statuses of jobs that failed (signals by name)."""

    rules: dict[str, str] = field(default_factory=dict)
    experiments: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))
    worked: bool = False
    log: str = ""
    idle: bool = False
    left: str = ""
    locked: bool = False
    full: bool = False  # a disk, or this user's part of it
    stopped: bool = False  # by Ctrl-C
    _shown: int = 0  # how many logs deep, since a log may show a log
    _rule: str = ""
    _job: str = ""
    _ended: tuple[str, str] | None = None

    @property
    def reached(self) -> bool:
        """Whether it came as far as a job, which a dry run only says."""
        return bool(self._rule or self.failed or self.worked)

    def read(self, line: str) -> Step | None:
        """Takes in a line of Snakemake; the step that it ends, if it does."""
        before = self.lines[-1] if self.lines else ""
        self.lines.append(line)
        if found := _STATUS.search(line):
            self.statuses.append(found[1] or found[2])
        self.full = self.full or any(words in line for words in _FULL)
        if self._is_shown(before, line) or self._starts(line) or self._fails(line):
            return None
        if found := _ENDED.match(line):
            self._ended = (found[1], found[2])
        elif (found := _STEPS.match(line)) and self._ended:
            (job, rule), self._ended, self.worked = self._ended, None, True
            return Step(int(found[1]), int(found[2]), rule, self.experiments.get(job, ""))
        elif found := _LOG.match(line):
            self.log = found[1]
        elif _LEFT.match(line):
            self.left = line
        elif line.startswith(IDLE):
            self.idle = True
        elif line == _LOCKED:
            self.locked = True
        return None

    def _is_shown(self, before: str, line: str) -> bool:
        """Whether the line belongs to the log of a failed job, which may be another Snakemake's, told here again."""
        was = self._shown
        if _RULER.match(line):
            self._shown = was + 1 if _SHOWN.match(before) else max(0, was - 1)
        return was > 0

    def _fails(self, line: str) -> bool:
        """Whether the line says that a job or a group failed, or is tried again, and so has not failed yet."""
        if found := _FAILED.match(line):
            self.failed.append(f"group {found[2]}" if found[1] == "group" else found[2])
        elif found := _AGAIN.match(line):
            group = not found[1].isdigit()
            tried = [i for i, name in enumerate(self.failed) if name.startswith("group ") == group]
            for last in tried[-1:]:  # one before it may have failed for good
                del self.failed[last]
        else:
            return False
        return True

    def _starts(self, line: str) -> bool:
        """Whether the line belongs to the paragraph of a job that starts, which is taken in."""
        if found := _STARTED.match(line):
            self._rule, self._job = found[1], ""
        elif self._rule and (found := _JOB.match(line)):
            self._job = found[1]
            self.rules[self._job] = self._rule
        elif self._job and (found := _OF.match(line)):
            self.experiments[self._job] = found[1]
        else:
            return False
        return True


def steps_of(lines: Iterator[str], watch: Watch) -> Iterator[Step]:
    """The steps of the workflow as they end, without its own housekeeping."""
    for line in lines:
        step = watch.read(line.rstrip("\n"))
        if step is not None and step.rule not in _QUIET:
            yield step


def step_text(step: Step, seconds: float) -> str:
    """A finished step in a line.

    >>> step_text(Step(12, 40, "quantify", "exp-07"), 41.2)
    '12 of 40 steps · exp-07 quantify · 00:41'
    """
    return f"{step.done} of {step.total} steps · {f'{step.experiment} {step.rule}'.strip()} · {clock(seconds)}"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, with hours where there are any.

    >>> clock(41.9), clock(3725)
    ('00:41', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


@dataclass
class Screen:
    """Where progress is written: one line that is rewritten on a terminal, a line per step elsewhere."""

    write: Callable[[str], object]
    rewrites: bool
    _shown: bool = False

    def show(self, text: str) -> None:
        """Shows a line in place of the last one, or below it."""
        self.write(f"\r\x1b[K{text}" if self.rewrites else f"{text}\n")
        self._shown = True

    def leave(self) -> None:
        """Ends the line that was being rewritten."""
        if self.rewrites and self._shown:
            self.write("\n")
        self._shown = False


def told(watch: Watch) -> str:
    """Snakemake's own words from its first error on, or all that it said where it never came to a job.

    The log of a failed job is among them (`show-failed-logs` of the profile), its lists of files are not.
    """
    lines = [line for line in watch.lines if not _LISTS.match(line)]
    first = next((i for i, line in enumerate(lines) if _FAILED.match(line) or _USAGE.match(line)), None)
    return "\n".join(lines if first is None else lines[first:])
