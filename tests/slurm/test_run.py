"""The workflow on a real SLURM: one allocation an experiment, and the same bytes as on one machine."""

import pytest

pytestmark = [pytest.mark.slurm, pytest.mark.xdist_group("slurm")]


def test_one_allocation_an_experiment_and_the_same_bytes_as_on_one_machine(cluster_lab, cluster, small_experiment):
    cluster_lab.add("small", small_experiment)
    cluster_lab.add("mg-trpm7-demo")  # with images
    before = set(cluster.jobs())
    done = cluster_lab.on_cluster()
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {job: state for job, state in cluster.jobs().items() if job not in before}
    assert set(asked.values()) == {"COMPLETED"}, asked
    assert len(asked) == 4, "two experiments, the overview and the gate"
    on_cluster = cluster_lab.bytes_of_results()
    again = cluster_lab.snakemake("--cores", "2", "--forceall")
    assert again.returncode == 0, again.stdout + again.stderr
    assert cluster_lab.bytes_of_results() == on_cluster
