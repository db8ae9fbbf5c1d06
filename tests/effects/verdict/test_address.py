import pandas as pd
import pytest

from mgassay import store, tables
from mgassay.effects.verdict.address import key_of


@pytest.mark.parametrize("name", tables.KEYS)
def test_a_key_is_spelled_as_in_the_file(name, tmp_path):
    """Numbers in their shortest exact form, missing texts and numbers empty."""
    state = tables.BY_NAME[name]
    values = {"text": "a", "number": 0.1, "integer": 3, "truth": True}
    frame = state.frame([{c: values[k] for c, k in state.columns.items()}, {}])
    store.write_table(tmp_path, state, frame)
    written = pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False)
    expected = ["|".join(row) for row in written[list(tables.KEYS[name])].itertuples(index=False)]
    assert [key_of(name, row) for row in frame.to_dict("records")] == expected
