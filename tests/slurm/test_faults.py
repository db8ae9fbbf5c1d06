"""What goes wrong on a cluster, made to go wrong on a real SLURM: nothing is lost, and nobody has to repair by hand."""

import signal
import subprocess
from pathlib import Path

import pytest
from tests.slurm.cluster import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.xdist_group("slurm")]


@pytest.fixture
def one(cluster_lab, small_experiment):
    """A lab with one small experiment, and the bytes of its results as one machine makes them."""
    cluster_lab.add("one", small_experiment)
    done = cluster_lab.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster_lab.expected = cluster_lab.bytes_of_results()
    done = cluster_lab.snakemake("--cores", "2", "--delete-all-output")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (cluster_lab.results / "one" / "report.html").exists()
    return cluster_lab


def at_first(lab, verb: str, trouble: str) -> Path:
    """Makes a verb run into trouble the first time it is called; the file that then says that it did.

    The trouble is in the command line's own file, as any fault of a node would be: before the first table is written.
    """
    said = lab.folder / f"{verb}.trouble"
    stages = lab.folder / "src" / "mgassay" / "cli" / "stages.py"
    head, body = stages.read_text().split(f"\ndef {verb}(", 1)
    signature, rest = body.split('    """', 1)
    words, code = rest.split('"""\n', 1)
    guard = (
        f"    import pathlib\n    said = pathlib.Path({str(said)!r})\n    if not said.exists():\n        said.touch()\n"
    )
    trouble = "".join(f"        {line}\n" for line in trouble.splitlines())
    stages.write_text(f'{head}\ndef {verb}({signature}    """{words}"""\n{guard}{trouble}{code}')
    return said


def in_the_midst(lab, seconds: int) -> subprocess.Popen[bytes]:
    """Snakemake in the background, at the moment when a job has begun that will take so many seconds."""
    said = at_first(lab, "quantify", f"import time\ntime.sleep({seconds})")
    run = lab.begun()
    wait_until(said.exists, 120, "the job runs")
    return run


def resumed(lab) -> None:
    """Snakemake called again after it was killed, as its own message says, comes to its end."""
    assert lab.snakemake("--unlock").returncode == 0
    done = lab.on_cluster()
    assert done.returncode == 0, done.stdout + done.stderr


def killed(run: subprocess.Popen[bytes]) -> None:
    run.send_signal(signal.SIGKILL)
    run.wait()


def results_are_whole(lab) -> bool:
    """Whether all results stand byte for byte; what holds the digest of the edited code aside."""
    return lab.bytes_of_results() == lab.expected


def new_jobs(cluster, before):
    return {job: state for job, state in cluster.jobs().items() if job not in before}


def test_a_job_that_fails_is_tried_again(one, cluster):
    before, said = set(cluster.jobs()), at_first(one, "quantify", "raise OSError('the node lost its disk')")
    done = one.on_cluster()
    assert said.exists()
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(new_jobs(cluster, before).values()) == ["COMPLETED", "COMPLETED", "COMPLETED", "FAILED"]
    assert results_are_whole(one)


def test_a_job_out_of_memory_gets_more(one, cluster):
    before = set(cluster.jobs())
    # 2.5 GB where the first attempt of the group asks for 2 GB; held until the node's accountant looks
    said = at_first(one, "effects", "import time\nheld = bytearray(b'x' * 2_500_000_000)\ntime.sleep(20)")
    done = one.on_cluster()
    assert said.exists()
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = sorted(new_jobs(cluster, before).items())
    assert jobs[0][1] in ("OUT_OF_MEMORY", "FAILED", "CANCELLED")
    assert jobs[1][1] == "COMPLETED"
    assert cluster.memory_of(jobs[1][0]) == 2 * cluster.memory_of(jobs[0][0])
    assert results_are_whole(one)


def test_the_controller_is_killed_and_started_again_mid_run(one, cluster):
    run = in_the_midst(one, 15)
    cluster.kill_controller()
    try:
        with pytest.raises(TimeoutError):
            wait_until(lambda: run.poll() is not None, 5, "snakemake gives up")
    finally:
        cluster.start_controller()
    assert run.wait(300) == 0, one.said()
    assert results_are_whole(one)


def test_snakemake_is_killed_and_a_second_call_resumes(one, cluster):
    run = in_the_midst(one, 600)
    killed(run)
    cluster.cancel_all()
    locked = one.on_cluster()
    assert locked.returncode != 0
    assert "--unlock" in locked.stdout + locked.stderr, "says what to type"
    resumed(one)
    assert results_are_whole(one)


def test_a_second_call_while_the_first_one_s_jobs_still_run_ends_with_whole_results(one, cluster):
    run = in_the_midst(one, 10)
    killed(run)
    resumed(one)
    wait_until(lambda: "RUNNING" not in cluster.jobs().values(), 120, "the first call's job has ended")
    assert results_are_whole(one)


def test_a_drained_node_delays_and_loses_nothing(one, cluster):
    run = in_the_midst(one, 5)
    cluster.drain()
    try:
        wait_until(lambda: "PENDING" in cluster.jobs().values(), 200, "the overview waits for a node")
        assert run.poll() is None, one.said()
    finally:
        cluster.resume()
    assert run.wait(300) == 0, one.said()
    assert results_are_whole(one)
