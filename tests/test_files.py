"""Files of results: whole or not at all, by whom they are being written, what is said of those that are not ours."""

import errno
import os
import platform
import subprocess
import sys

import pytest

from mgassay import files
from mgassay.errors import UsageError


def test_a_full_disk_names_the_file_and_leaves_nothing_beside_it(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("old\n")

    def full(self, content):
        with self.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")  # as write(2) has it: without a name

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left") as caught:
        files.write_bytes(tmp_path / "a.csv", b"new\n" * 9)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / "a.csv"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old\n"


KILLED = """
import os, pathlib, sys
from mgassay import files
pathlib.Path.replace = lambda self, target: os.kill(os.getpid(), 9)
files.write_bytes(pathlib.Path(sys.argv[1]), b"half")
"""


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    path = tmp_path / "tables" / "a.csv"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)])
    assert done.returncode == -9
    (left,) = path.parent.iterdir()
    assert left.read_bytes() == b"half"

    here = f".b.csv.{platform.node()}@{os.getpid()}"  # a writer that lives
    elsewhere = ".c.csv.another-computer@1"  # one that cannot be asked from here
    others = {here, elsewhere, ".hidden", "mail@1"}
    for name in others:
        (path.parent / name).write_text("x")
    files.remove_half_written(tmp_path, below=False)
    assert left.exists()
    files.remove_half_written(tmp_path)
    assert {p.name for p in path.parent.iterdir()} == others


@pytest.mark.parametrize(("text", "said"), [("a,b\n1,2", "its last line breaks off"), ("", "it is empty")])
def test_a_text_that_was_cut_off_is_not_taken_for_whole(tmp_path, text, said):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        files.whole(tmp_path / "a.csv")
    assert "Delete this experiment's folder of results and run again" in str(caught.value)


def test_a_whole_text_is_taken(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    assert files.whole(tmp_path / "a.csv") == tmp_path / "a.csv"


def test_json_that_was_cut_off_is_the_users_to_mend(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1,')
    with pytest.raises(UsageError, match="is not as mgassay writes it"):
        files.read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    "names",
    [["../raw/a.txt"], ["export/../../a"], ["/etc/a"], ["tables/means.csv"], ["parts/seals/read.json"], [1], {}],
)
def test_a_list_that_leads_out_of_what_is_handed_on_removes_nothing(tmp_path, names):
    files.write_json(files.list_of(tmp_path, "export"), names)
    with pytest.raises(UsageError, match="no list of files of these results"):
        files.remove_written(tmp_path, "export")


def test_the_list_holds_each_name_once_in_order(tmp_path):
    files.list_written(tmp_path, "report", ["export/b", "export/a", "export/b"])
    assert files.read_json(tmp_path / "parts" / "handed_on" / "report.json") == ["export/a", "export/b"]


def test_bytes_of_files_count_each_once_by_its_parts_too(tmp_path):
    (tmp_path / "a.png").write_bytes(b"12345")
    (tmp_path / "b.png").write_bytes(b"1")
    assert files.bytes_of_files(tmp_path, ["a.png", "b.png", "a.png", "a.png/B3", "gone.png", "gone.png/B3"]) == 6
    assert files.bytes_of_files(tmp_path, ["a.png/B3", "a.png/B4"]) == 5
