"""What makes a finished experiment run again, and what does not."""

import pytest


@pytest.fixture
def finished(lab, small_experiment):
    lab.add("small", small_experiment)
    done = lab.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


def append(path, text):
    path.write_text(path.read_text() + text)


def test_editing_the_package_reruns_what_rests_on_it_and_no_more(finished):
    assert finished.jobs() == {}
    append(finished.folder / "src/mgassay/report/methods.py", "\n# edited\n")
    assert {"report"} <= finished.jobs().keys() <= {"effects", "report", "overview", "gate", "all"}
    append(finished.folder / "src/mgassay/readers/text.py", "\n# edited\n")
    assert {"read", "images", "quantify", "effects", "report"} <= finished.jobs().keys()


def test_a_file_that_is_added_written_or_removed_reruns_its_experiment(finished):
    note = finished.experiments / "small" / "note.txt"
    note.write_text("looked at twice")
    assert "read" in finished.jobs()
    assert finished.snakemake().returncode == 0
    assert finished.jobs() == {}
    note.unlink()
    assert "read" in finished.jobs()


def test_at_most_eight_jobs_an_experiment(lab, small_experiment):
    for name in ("a", "b", "c"):
        lab.add(name, small_experiment)
    jobs = lab.jobs()
    each = [count for count in jobs.values() if count > 1]
    assert set(each) == {3}
    assert len(each) <= 8
