"""Tables and JSON on disk: whole, exact, the same bytes each time."""

import math
from dataclasses import asdict

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mgassay import store, tables
from mgassay.errors import ContractError, UsageError
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.table import Table

STATES = {s.name: s for s in vars(tables).values() if isinstance(s, Table)}
ODD_TEXTS = ["", "None", "NA", "none", "nan", "null", "NaN", "1", "1.50", "true", "=1+1", "+A1", "-2", "@x", "a,b"]
ODD_TEXTS += ['a "b"', " lead", "trail ", "µg", "2-APB", "<b>&</b>", "#N/A", "2024-05-01", "1e5"]
ODD_TEXTS += ["two\nlines", "old\rMac", "Win\r\ndows"]
ODD_NUMBERS = [math.nan, 0.0, -0.0, 0.1 + 0.2, 1e-300, 1.7976931348623157e308, 5e-324, -1 / 3, 1e16, 123456789.0]
VALUES = {
    "text": ODD_TEXTS,
    "number": ODD_NUMBERS,
    "integer": [None, 0, -1, 2**62],
    "truth": [None, True, False],
}


def odd_table(state):
    """Every column runs through all odd values of its kind, each column from another one on."""
    length = len(ODD_TEXTS)
    rows = [
        {c: VALUES[k][(row + shift) % len(VALUES[k])] for shift, (c, k) in enumerate(state.columns.items())}
        for row in range(length)
    ]
    return state.frame(rows)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_every_state_comes_back_as_it_was(state, tmp_path):
    table = odd_table(state)
    store.write_table(tmp_path, state, table)
    pd.testing.assert_frame_equal(state.check(store.read_table(tmp_path, state)), table, check_exact=True)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_table_without_rows_is_its_header(state, tmp_path):
    store.write_table(tmp_path, state, state.frame())
    assert (tmp_path / f"{state.name}.csv").read_text() == ",".join(state.columns) + "\n"
    assert len(state.check(store.read_table(tmp_path, state))) == 0


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_reading_and_writing_again_gives_the_same_bytes(state, tmp_path):
    store.write_table(tmp_path / "a", state, odd_table(state))
    store.write_table(tmp_path / "b", state, store.read_table(tmp_path / "a", state))
    name = f"{state.name}.csv"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_stands_in_the_file(tmp_path):
    rows = [
        {"readout": "calcium", "block": "2-APB", "estimate": 0.1 + 0.2, "identifiable": True},
        {"readout": "NA", "block": "", "estimate": None, "identifiable": None, "flag": "floor"},
    ]
    store.write_table(tmp_path, tables.SHARES, tables.SHARES.frame(rows))
    assert (tmp_path / "shares.csv").read_bytes().decode().split("\n") == [
        "readout,block,share,scale,method,estimate,ci_low,ci_high,interval,identifiable,rho,mg_reference_mM,"
        "mg_raised_mM,step,day,flag",
        "calcium,2-APB,,,,0.30000000000000004,,,,true,,,,,,",
        "NA,,,,,,,,,,,,,,,floor",
        "",
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    number=st.floats(allow_infinity=False),
)
def test_any_text_and_any_number_come_back(text, number, tmp_path):
    table = tables.MEANS.frame([{"condition": text, "log_mean": number}])
    store.write_table(tmp_path, tables.MEANS, table)
    pd.testing.assert_frame_equal(store.read_table(tmp_path, tables.MEANS), table, check_exact=True)


def test_a_table_of_another_state_is_not_written(tmp_path):
    with pytest.raises(ContractError):
        store.write_table(tmp_path, tables.MEANS, tables.AMOUNTS.frame())
    assert list(tmp_path.iterdir()) == []


def test_writing_leaves_the_table_alone(tmp_path):
    table = tables.SHARES.frame([{"identifiable": True}])
    before = table.copy(deep=True)
    store.write_table(tmp_path, tables.SHARES, table)
    pd.testing.assert_frame_equal(table, before)


def test_writing_leaves_nothing_beside_the_file(tmp_path):
    for text in ("first", "second"):
        store.write_text(tmp_path / "new" / "folder" / "a.txt", text)
    assert [p.name for p in (tmp_path / "new" / "folder").iterdir()] == ["a.txt"]
    assert (tmp_path / "new" / "folder" / "a.txt").read_text() == "second"


def test_a_failed_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    store.write_text(path, "old")

    def killed(self, target):
        raise OSError("killed")

    monkeypatch.setattr("pathlib.Path.replace", killed)
    with pytest.raises(OSError, match="killed"):
        store.write_text(path, "new")
    assert path.read_text() == "old"


def test_line_ends_and_signs_are_written_as_they_are(tmp_path):
    store.write_text(tmp_path / "a.txt", "µ\r\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc2\xb5\r\nb\n"


def test_json_is_sorted_and_plain(tmp_path):
    store.write_json(tmp_path / "a.json", {"b": [1, None], "a": "Mg²⁺"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "a": "Mg²⁺",\n "b": [\n  1,\n  null\n ]\n}\n'
    assert store.read_json(tmp_path / "a.json") == {"a": "Mg²⁺", "b": [1, None]}


def test_the_name_of_a_file_that_is_no_text_comes_back_from_json(tmp_path):
    name = b"m\xfcller.png".decode(errors="surrogateescape")  # as Linux gives what an old Windows named
    store.write_json(tmp_path / "a.json", {name: 1})
    assert store.read_json(tmp_path / "a.json") == {name: 1}


def test_json_does_not_take_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        store.write_json(tmp_path / "a.json", {"a": math.nan})
    assert list(tmp_path.iterdir()) == []


def found(*files, code="MG901"):
    problems = Problems()
    for file in files:
        problems.add(code, file=file, place="=A1", seen='"x", y')
    return problems


def test_problems_come_back_and_count_once(tmp_path):
    store.write_problems(tmp_path / "a", found("one", "two"))
    store.write_problems(tmp_path / "b", found("two", "three"))
    read = store.read_problems([tmp_path / "a", tmp_path / "b"])
    assert [p.file for p in read] == ["one", "two", "three"]
    assert asdict(next(iter(read))) == asdict(next(iter(found("one"))))


def test_problems_stand_worst_first_otherwise_as_found(tmp_path):
    problems = Problems([*found("accepted").confirmed({"accepted": ["MG901"]}), *found("b", "a")])
    store.write_problems(tmp_path, problems)
    assert [p.file for p in store.read_problems([tmp_path])] == ["b", "a", "accepted"]


def test_no_problems_is_a_header(tmp_path):
    store.write_problems(tmp_path, Problems())
    assert (tmp_path / "problems.csv").read_text() == "code,severity,file,sheet,place,seen,message,remedy\n"
    assert len(store.read_problems([tmp_path])) == 0


@pytest.fixture
def declared():
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    block = [{"name": "2-APB", "column": "inhibitor", "intact": "none", "blocked": "2-APB"}]
    assays = {"qpcr": {"reference_genes": ["GAPDH", "RPLP0"], "efficiency": {"RUNX2": 1.9}}}
    rows = [
        {"condition": "control", "medium": "control", "mg_mM": 0.8, "inhibitor": "none", "order": 1, "wnt": "none"},
        {
            "condition": "=NA",
            "medium": "calcifying",
            "mg_mM": None,
            "inhibitor": "None",
            "order": None,
            "wnt": "XAV939",
        },
    ]
    layout = tables.LAYOUT.frame([{"well": "A1", "standard": 0.1}, {"well": "A2", "condition": "control"}])
    file = RawFile(file="raw/a.txt", assay="qpcr", plate="P1", confirm=("MG511",), overrides={"cycles": 45})
    return Experiment(
        id="mg-trpm7",
        settings=Settings.model_validate({"contrast": contrast, "block": block, "assays": assays}),
        conditions=store.conditions_frame(rows),
        files=(file,),
        layouts={"qpcr": layout},
        samples=tables.SAMPLES.frame([{"sample": "S1", "condition": "control", "donor": "D1", "rep": "1"}]),
    )


def test_an_experiment_comes_back_as_it_was(declared, tmp_path):
    store.write_experiment(tmp_path / "experiment.json", declared)
    back = store.read_experiment(tmp_path / "experiment.json")
    assert (back.id, back.settings, back.files) == (declared.id, declared.settings, declared.files)
    assert list(back.layouts) == ["qpcr"]
    pd.testing.assert_frame_equal(back.conditions, declared.conditions)
    pd.testing.assert_frame_equal(back.layouts["qpcr"], declared.layouts["qpcr"])
    pd.testing.assert_frame_equal(back.samples, declared.samples)


def test_an_experiment_without_samples_comes_back(declared, tmp_path):
    bare = Experiment("x", declared.settings, store.conditions_frame([]), ())
    store.write_experiment(tmp_path / "experiment.json", bare)
    back = store.read_experiment(tmp_path / "experiment.json")
    assert back.samples is None
    assert list(back.conditions.columns) == list(tables.CONDITIONS.columns)


def test_the_labs_own_columns_stand_behind_the_contracts_as_text(declared):
    assert list(declared.conditions.columns) == [*tables.CONDITIONS.columns, "wnt"]
    assert list(declared.conditions["wnt"]) == ["none", "XAV939"]
    assert list(declared.conditions["condition"]) == ["control", "=NA"]
    assert list(declared.conditions["inhibitor"]) == ["none", "None"]


def test_writing_an_experiment_twice_gives_the_same_bytes(declared, tmp_path):
    store.write_experiment(tmp_path / "a.json", declared)
    store.write_experiment(tmp_path / "b.json", store.read_experiment(tmp_path / "a.json"))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_pictures_are_found_by_their_image_where_they_were_written(tmp_path):
    made = {"thumbnail": b"t", "outline": b"o", "overlay": b"v"}
    store.write_pictures(tmp_path, "photos/a b.jpg/B3", made)
    files = ["photos/a b.jpg/B3", "photos/a b.jpg/B4"]
    assert store.read_pictures(tmp_path / "parts" / "thumbnails", files, ".png") == {files[0]: b"o"}
    ((file, address),) = store.overlay_addresses(tmp_path, files).items()
    assert file == files[0]
    assert (tmp_path / address).read_bytes() == b"v"
    assert address.startswith("export/overlays/")
    assert not set(address) & set(" ?#%\"'")


def test_an_overlay_is_found_in_either_form(tmp_path):
    store.write_pictures(tmp_path, "a.jpg", {"overlay_svg": b"<svg/>"})
    store.write_pictures(tmp_path, "b.png", {"overlay": b"v"})
    addresses = store.overlay_addresses(tmp_path, ["a.jpg", "b.png", "c.png"])
    assert {f: a.rpartition(".")[2] for f, a in addresses.items()} == {"a.jpg": "svg", "b.png": "jpg"}
    assert (tmp_path / addresses["a.jpg"]).read_bytes() == b"<svg/>"


def test_a_report_gets_the_stain_histograms_of_its_plates(tmp_path):
    for state in tables.BY_NAME.values():
        place = "tables" if state in tables.RESULT_TABLES else "parts"
        store.write_table(tmp_path / place, state, state.frame())
    counted = tables.STAIN_HISTOGRAMS.frame([{"plate": "P1", "condition": "ca", "od_from": 0.0, "pixels": 7}])
    store.write_table(tmp_path / "parts", tables.STAIN_HISTOGRAMS, counted)
    for name in ("verdict", "parts/inputs", "parts/experiment", "parts/reading"):
        store.write_json(tmp_path / f"{name}.json", {})
    pd.testing.assert_frame_equal(store.read_results(tmp_path)["tables"]["stain_histograms"], counted)


LABS_OWN = ("Figure 2 for paper.pzfx", "lab_miqe.csv", "figures/fig1_edited.svg", "overlays/annotated.png")


def held(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_exports_of_an_earlier_run_are_removed_and_the_labs_own_files_are_left(tmp_path):
    export = tmp_path / "export"
    store.write_exports(tmp_path, "report", {"a.rdml": b"1", "a_q1_rdes.tsv": b"2", "a_miqe.csv": b"3"})
    store.write_exports(tmp_path, "export", {"a.xlsx": b"1", "figures/old.png": b"2", "figures/kept.png": b"3"})
    for other in LABS_OWN:
        store.write_bytes(export / other, b"the lab's")
    store.write_exports(tmp_path, "report", {"a.rdml": b"4"})
    store.write_exports(tmp_path, "export", {"a.xlsx": b"5", "figures/kept.png": b"6"})
    assert held(export) == sorted([*LABS_OWN, "a.rdml", "a.xlsx", "figures/kept.png"])
    assert [(export / n).read_bytes() for n in ("a.rdml", "a.xlsx", "figures/kept.png")] == [b"4", b"5", b"6"]


def test_exports_of_results_without_a_list_are_left_but_what_is_written_anew(tmp_path):
    for name in ("old.xlsx", "a.xlsx"):
        store.write_bytes(tmp_path / "export" / name, b"1")
    store.write_exports(tmp_path, "export", {"a.xlsx": b"2"})
    assert {p.name: p.read_bytes() for p in (tmp_path / "export").iterdir()} == {"old.xlsx": b"1", "a.xlsx": b"2"}


def test_exports_of_a_run_that_was_killed_are_known_to_the_next(tmp_path, monkeypatch):
    store.write_exports(tmp_path, "export", {"a.svg": b"1", "b.svg": b"1"})
    monkeypatch.setattr(store, "write_bytes", killed_after(1))
    with pytest.raises(KeyboardInterrupt):
        store.write_exports(tmp_path, "export", {"c.svg": b"2", "d.svg": b"2"})
    monkeypatch.undo()
    assert held(tmp_path / "export") == ["c.svg"]
    store.write_exports(tmp_path, "export", {})
    assert held(tmp_path / "export") == []


def killed_after(files):
    left = iter(range(files))

    def write(path, content):
        if next(left, None) is None:
            raise KeyboardInterrupt
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


def test_pictures_of_an_earlier_run_are_removed_and_the_labs_own_are_left(tmp_path):
    store.clear_pictures(tmp_path, ["a.jpg", "b.jpg"])
    drawn = [store.write_pictures(tmp_path, f, {"thumbnail": b"t", "overlay_svg": b"v"}) for f in ("a.jpg", "b.jpg")]
    store.list_written(tmp_path, "images", [*drawn[0], *drawn[1]])
    own = ("export/overlays/annotated.png", drawn[0][1].replace(".svg", ".jpg"), "parts/thumbnails/mine.jpg")
    for name in own:
        store.write_bytes(tmp_path / name, b"the lab's")
    store.clear_pictures(tmp_path, ["a.jpg"])
    assert held(tmp_path / "export") == sorted(n.removeprefix("export/") for n in own if n.startswith("export/"))
    assert held(tmp_path / "parts" / "thumbnails") == ["mine.jpg"]


def test_pictures_of_results_without_a_list_go_by_their_names(tmp_path):
    """A picture of an image that is refused now must not stand in its report."""
    store.write_pictures(tmp_path, "a.jpg", {"thumbnail": b"t", "outline": b"o", "overlay": b"v"})
    store.write_bytes(tmp_path / "export/overlays/annotated.png", b"the lab's")
    store.clear_pictures(tmp_path, ["a.jpg"])
    assert held(tmp_path / "export") == ["overlays/annotated.png"]
    assert held(tmp_path / "parts" / "thumbnails") == []


def test_there_are_folders_for_pictures_where_there_are_no_images(tmp_path):
    """The workflow takes a folder that is gone for one to be made again."""
    store.clear_pictures(tmp_path, [])
    assert (tmp_path / "parts" / "thumbnails").is_dir()
    assert store.name_overlays(tmp_path, []) == "export/overlays/README.txt"
    assert (tmp_path / "export" / "overlays" / "README.txt").read_text().startswith("Images with the outline")


def test_which_overlay_is_of_which_image_is_said_beside_them(tmp_path):
    store.write_pictures(tmp_path, "photos/b c.jpg", {"overlay_svg": b"v"})
    store.write_pictures(tmp_path, "a.jpg", {"overlay": b"v"})
    told = tmp_path / store.name_overlays(tmp_path, ["photos/b c.jpg", "a.jpg", "refused.jpg"])
    first, second = told.read_text().splitlines()[2:]
    assert first.endswith(".svg  photos/b c.jpg")
    assert second.endswith(".jpg  a.jpg")
    for line in (first, second):
        assert (tmp_path / "export" / "overlays" / line.partition("  ")[0]).is_file()


def test_checksums_leave_out_the_folders_that_are_named(tmp_path):
    for name in ("a.txt", "logs/a.log", "parts/x/logs/b"):
        store.write_bytes(tmp_path / name, b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing, FIPS 180-4
    assert store.file_hashes(tmp_path, "logs") == {"a.txt": empty, "parts/x/logs/b": empty}


def test_a_text_is_read_as_it_was_written_or_its_stage_has_not_run(tmp_path):
    store.write_text(tmp_path / "a.html", "µ\r\n\n")
    assert store.read_text(tmp_path / "a.html") == "µ\r\n\n"
    with pytest.raises(UsageError, match="is not there"):
        store.read_text(tmp_path / "b.html")


def test_a_table_of_many_experiments_is_that_of_each(tmp_path):
    rows = [{"readout": "calcium", "share": "passive", "estimate": 0.1, "identifiable": True, "flag": 'a\nb,"c'}, {}]
    first, none = tables.SHARES.frame(rows), tables.SHARES.frame()
    for name, table in (("a", first), ("b", none), ("c", first.iloc[1:].reset_index(drop=True))):
        store.write_table(tmp_path / name / "tables", tables.SHARES, table)
    found = store.read_table_of_each(tmp_path, ["c", "a", "b"], tables.SHARES)
    assert list(found) == ["c", "a", "b"]
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, store.read_table(tmp_path / name / "tables", tables.SHARES))
    with pytest.raises(UsageError, match="is not there"):
        store.read_table_of_each(tmp_path, ["nothing"], tables.SHARES)
    assert store.read_table_of_each(tmp_path, [], tables.SHARES) == {}


def test_the_question_of_an_experiment_without_its_layouts(tmp_path):
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    conditions = tables.CONDITIONS.frame([{"condition": "a", "mg_mM": 0.8}])
    layouts = {"x": tables.LAYOUT.frame([{"well": "A1"}])}
    store.write_experiment(tmp_path / "e.json", Experiment("e", settings, conditions, (), layouts))
    read = store.read_question(tmp_path / "e.json")
    assert read.id == "e"
    assert read.settings == settings
    assert read.conditions.equals(conditions)
    assert read.layouts == {}
    store.write_experiment(tmp_path / "none.json", None)
    assert store.read_question(tmp_path / "none.json") is None


def test_experiments_of_a_results_folder(tmp_path):
    for name in ("b", "a"):
        store.write_json(tmp_path / name / "verdict.json", {})
    (tmp_path / "logs").mkdir()
    assert store.experiments_in(tmp_path) == ["a", "b"]
    with pytest.raises(UsageError, match="no folder of results"):
        store.experiments_in(tmp_path / "nowhere")


def test_an_experiment_that_was_renamed_is_not_counted_twice(tmp_path):
    """exp-02 was left when its folder became exp-02b; the table over all experiments has the new name alone."""
    for name in ("exp-01", "exp-02", "exp-02b"):
        store.write_json(tmp_path / name / "verdict.json", {})
    rows = [{"experiment": name, "block": b} for name in ("exp-01", "exp-02b", "exp-03") for b in ("a", "b")]
    store.write_table(tmp_path, tables.SUMMARY, tables.SUMMARY.frame(rows))
    assert store.experiments_in(tmp_path) == ["exp-01", "exp-02b"]


HEADER = ",".join(tables.MEANS.columns)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER.removesuffix(",flag") + "\n", "its columns are"),  # of an older version, with a column less
        (HEADER + ",new\n", "its columns are"),  # of a newer one
        (HEADER + "\ncalcium,a,D1,1.5,2,2,x,y\n", "is not as mgassay writes it"),
        (HEADER + "\ncalcium,a,D1,many,2,2,\n", "many"),
        (HEADER + "\ncalcium,a,D1,1.5,2", "breaks off"),
        ("", "empty"),
        ("\0\0\0\n", "is not as mgassay writes it"),
    ],
)
def test_a_table_that_is_none_of_ours_is_refused_with_what_to_do(tmp_path, text, said):
    path = tmp_path / "one" / "tables" / "means.csv"
    store.write_text(path, text)
    with pytest.raises(UsageError, match=said) as caught:
        store.read_table(path.parent, tables.MEANS)
    assert "run again" in str(caught.value)
    with pytest.raises(UsageError, match="run again"):
        store.read_table_of_each(tmp_path, ["one"], tables.MEANS)
