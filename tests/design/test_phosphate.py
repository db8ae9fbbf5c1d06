import numpy as np
import pandas as pd
import pytest

from mgassay.design.phosphate import names_phosphate, phosphate_comparators


@pytest.mark.parametrize(
    ("name", "is_phosphate"),
    [
        ("lower Pi", True),
        ("low_Pi", True),
        ("Pi 2.0 mM", True),
        ("less phosphate", True),
        ("pyrophosphate", False),
        ("PPi", False),
        ("etidronate (bisphosphonate)", False),
        ("fetuin-A", False),
        ("none", False),
        ("", False),
    ],
)
def test_phosphate_is_a_word_of_its_own(name, is_phosphate):
    assert names_phosphate(name) is is_phosphate


def test_a_level_needs_its_phosphate_told():
    table = pd.DataFrame({"comparator": ["lower Pi", "lower Pi", "pyrophosphate"], "pi_mM": [2.0, np.nan, 2.6]})
    assert phosphate_comparators(table).tolist() == [True, False, False]
