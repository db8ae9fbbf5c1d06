"""A design is read from a folder in the making, or from a table of conditions by itself."""

from mgassay.problems import Problems
from mgassay.readers.planned import read_planned

TABLE = """condition,medium,mg_mM,inhibitor,cells
a,calcifying,0.8,none,live
b,calcifying,2.0,none,live
c,calcifying,0.8,2-APB,live
d,calcifying,2.0,2-APB,live
e,calcifying,9.0,none,none
k,control,0.1,none,live
"""
TOML = "[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n"


def read(tmp_path, table=TABLE, levels=None, name="mine.csv", toml=""):
    (tmp_path / name).write_text(table)
    if toml:
        (tmp_path / "experiment.toml").write_text(toml)
    problems = Problems()
    return read_planned(tmp_path / name, levels, problems), [p.code for p in problems]


def test_a_table_by_itself_has_the_step_of_its_live_calcifying_wells(tmp_path):
    found, codes = read(tmp_path)
    assert (found.settings.contrast.mg_reference_mM, found.settings.contrast.mg_raised_mM) == (0.8, 2.0)
    assert found.id == "mine"
    assert len(found.conditions) == 6
    assert codes == []


def test_of_several_levels_the_outer_two_are_taken_and_told(tmp_path):
    more = TABLE + "f,calcifying,1.4,none,live\n"
    found, codes = read(tmp_path, more)
    assert found.settings.contrast.mg_raised_mM == 2.0
    assert codes == ["MG661"]
    found, codes = read(tmp_path, more, levels=(0.8, 1.4))
    assert found.settings.contrast.mg_raised_mM == 1.4
    assert codes == []


def test_a_table_without_a_step_is_a_problem(tmp_path):
    assert read(tmp_path, TABLE.replace("calcifying", "osteogenic")) == (None, ["MG660"])
    assert read(tmp_path, "condition,medium,mg_mM\na,calcifying,0.8\n")[1] == ["MG660"]
    assert read(tmp_path, "")[0] is None


def test_a_folder_needs_no_raw_files(tmp_path):
    (tmp_path / "lab").mkdir()
    found, codes = read(tmp_path / "lab", name="conditions.csv", toml=TOML)
    assert found.id == "lab"
    assert codes == []
    problems = Problems()
    whole = read_planned(tmp_path / "lab", None, problems)
    assert whole.conditions.equals(found.conditions)
    assert len(problems) == 0


def test_what_is_no_folder_is_told(tmp_path):
    problems = Problems()
    assert read_planned(tmp_path / "nowhere", None, problems) is None
    assert [p.code for p in problems] == ["MG001"]
