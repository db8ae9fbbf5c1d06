"""What is made of Snakemake's words: a line per finished step, and what failed."""

import logging

import pytest
from snakemake.logging import DefaultFormatter
from snakemake_interface_logger_plugins.common import LogEvent

from mgassay.cli.progress import Screen, Step, Watch, step_text, steps_of, told

# As Snakemake 9.27 wrote them (shortened); two jobs run side by side, and end in the other order.
RUN = """\
Building DAG of jobs...
Job stats:
total          6
[Thu Nov 26 04:16:17 2026]
localrule listing:
    output: results/exp-1/logs/listing/907eca542a612856
    jobid: 4
    wildcards: experiment=exp-1, digest=907eca542a612856
[Thu Nov 26 04:16:17 2026]
Finished jobid: 4 (Rule: listing)
1 of 6 steps (17%) done
rule read:
    input: results/exp-1/logs/listing/907eca542a612856
    jobid: 3
    wildcards: experiment=exp-1
rule images:
    jobid: 5
    wildcards: experiment=exp.2
Finished jobid: 5 (Rule: images)
2 of 6 steps (33%) done
Finished jobid: 3 (Rule: read)
3 of 6 steps (50%) done
rule overview:
    jobid: 1
Finished jobid: 1 (Rule: overview)
4 of 6 steps (67%) done
"""
BROKEN = """\
Error in rule quantify:
    message: None
    jobid: 5
    input: results/exp-1/tables/wells.csv, results/exp-1/tables/images.csv
    log: results/exp-1/logs/quantify.log (check log file(s) for error details)
CalledProcessError in file "workflow/rules/experiment.smk", line 29:
Command 'mgassay quantify results/exp-1' returned non-zero exit status 3.
Complete log(s): /lab/.snakemake/log/2026-11-26T041616.650444.snakemake.log
"""


def seen(text):
    watch = Watch()
    return list(steps_of(iter(text.splitlines(keepends=True)), watch)), watch


def test_each_step_is_told_with_its_experiment_as_it_ends():
    steps, watch = seen(RUN)
    assert steps == [
        Step(2, 6, "images", "exp.2"),
        Step(3, 6, "read", "exp-1"),
        Step(4, 6, "overview", ""),
    ]
    assert watch.worked
    assert watch.failed == []


def test_what_broke_off_is_told_with_its_status_and_without_lists_of_files():
    steps, watch = seen(RUN + BROKEN)
    assert len(steps) == 3
    assert (watch.failed, watch.statuses) == (["quantify"], ["3"])
    assert watch.log == "/lab/.snakemake/log/2026-11-26T041616.650444.snakemake.log"
    assert told(watch).splitlines()[0] == "Error in rule quantify:"
    assert "logs/quantify.log" in told(watch)
    assert "wells.csv" not in told(watch)


def test_a_job_that_was_killed_is_told_by_its_signal():
    _, watch = seen("Error in rule images:\nCommand 'x' died with <Signals.SIGKILL: 9>.\n")
    assert (watch.failed, watch.statuses) == (["images"], ["SIGKILL"])


@pytest.mark.parametrize("word", ["Nothing to be done (all requested files are present and up to date).", ""])
def test_whether_there_was_anything_to_do(word):
    _, watch = seen(f"{word}\n")
    assert (watch.idle, watch.worked) == (bool(word), False)


def group_error(log):
    """What Snakemake itself writes of a group that failed on a cluster, in whose log stands how its jobs fared."""
    job = {"rule_name": "read", "jobid": 3, "output": ["results/exp-1/tables/wells.csv"], "log": [], "input": []}
    facts = {"event": LogEvent.GROUP_ERROR, "groupid": "experiment", "aux_logs": [str(log)], "job_error_info": [job]}
    record = logging.makeLogRecord({"msg": "Error in group experiment", **facts})
    return DefaultFormatter(show_failed_logs=True).format(record) + "\n"


IN_THE_ALLOCATION = """\
Building DAG of jobs...
rule read:
    jobid: 3
    wildcards: experiment=exp-1
Finished jobid: 3 (Rule: read)
1 of 1 steps (100%) done
Error in rule quantify:
Command 'mgassay quantify results/exp-1' returned non-zero exit status 3.
"""


def test_a_group_that_failed_is_told_with_the_status_of_its_job(tmp_path):
    log = tmp_path / "1.log"
    log.write_text(IN_THE_ALLOCATION)
    steps, watch = seen(RUN + group_error(log))
    assert (watch.failed, watch.statuses) == (["group experiment"], ["3"])
    assert len(steps) == 3  # those in the log are told already, or are no steps of ours
    assert told(watch).splitlines()[0].strip() == "message: Error in group experiment"
    assert "Error in rule quantify:" in told(watch)
    assert "wells.csv" not in told(watch)


def test_what_is_tried_again_has_not_failed_until_it_fails_for_good(tmp_path):
    log = tmp_path / "1.log"
    log.write_text(IN_THE_ALLOCATION + "Logfile read.log:\n=====\nError in rule read:\n=====\nError in rule read:\n")
    again = "Trying to restart job 6d2b3ce4-9c0a-5a2f-a52a-6b6ff4a7a6a4.\n"
    gate = "Error in rule gate:\n    message: None\n    jobid: 2\n"
    _, watch = seen(group_error(log) + again + f"{gate}Trying to restart job 2.\n{gate}")
    assert watch.failed == ["gate"]
    _, watch = seen(group_error(log) + again + group_error(log))
    assert watch.failed == ["group experiment"]
    _, watch = seen("Error in rule code:\n" + group_error(log) + again)
    assert watch.failed == ["code"]


def test_steps_of_a_group_are_told_with_their_experiment():
    """Snakemake indents the jobs of a group, tells all of them as finished, and counts once."""
    steps, watch = seen(
        "[now] Group job experiment (jobs in lexicogr. order):\n"
        "    rule read:\n        jobid: 3\n        wildcards: experiment=exp-1\n"
        "    rule report:\n        jobid: 4\n        wildcards: experiment=exp-1\n"
        "Finished jobid: 3 (Rule: read)\nFinished jobid: 4 (Rule: report)\n6 of 9 steps (67%) done\n"
    )
    assert steps == [Step(6, 9, "report", "exp-1")]
    assert watch.reached


@pytest.mark.parametrize(
    ("text", "reached"),
    [("LockException:\nError: Directory", False), ("rule read:\n    jobid: 1\n", True), ("", False)],
)
def test_whether_it_came_as_far_as_a_job(text, reached):
    _, watch = seen(text)
    assert (watch.reached, watch.locked) == (reached, "Lock" in text)


def test_what_was_not_understood_is_kept_for_the_case_of_need():
    _, watch = seen("LockException:\nError: Directory cannot be locked.\n")
    assert told(watch) == "LockException:\nError: Directory cannot be locked."


def test_an_experiment_that_calls_itself_a_rule_changes_nothing():
    steps, _ = seen(
        "rule read:\n    jobid: 1\n    wildcards: experiment=rule\n"
        "Finished jobid: 1 (Rule: read)\n1 of 1 steps (100%) done\n"
    )
    assert steps == [Step(1, 1, "read", "rule")]


def test_steps_over_all_experiments_have_no_experiment():
    assert step_text(Step(39, 40, "overview", ""), 3725) == "39 of 40 steps · overview · 1:02:05"


def test_a_terminal_rewrites_its_line_and_a_file_gets_one_each():
    for rewrites, expected in ((True, "\r\x1b[Ka\r\x1b[Kb\n"), (False, "a\nb\n")):
        written = []
        screen = Screen(written.append, rewrites)
        for text in "ab":
            screen.show(text)
        screen.leave()
        screen.leave()
        assert "".join(written) == expected


def test_a_job_that_is_tried_again_leaves_one_that_failed_for_good():
    """`read` of one experiment failed for good, then `images` failed and was tried again."""
    watch = Watch()
    for line in ("Error in rule read:", "Error in rule images:", "Trying to restart job 7."):
        watch.read(line)
    assert watch.failed == ["read"]
