"""What other processes hand back: outcomes in their order, and the problems that were told."""

import pickle

from mgassay.assays.images.side_by_side import heard, told
from mgassay.problems import Problems


def work(item, problems):
    if item == "broken":
        problems.add("MG265", file=item, seen="cut off")
        return None
    return item.upper()


def test_outcomes_come_in_order_and_their_problems_are_kept():
    problems = Problems()
    outcomes = (pickle.loads(pickle.dumps(told(work, item))) for item in ("a", "broken", "b"))
    assert list(heard(outcomes, problems)) == ["A", "B"]
    assert [(p.code, p.file) for p in problems] == [("MG265", "broken")]


def test_an_empty_outcome_is_an_outcome():
    assert list(heard([told(lambda item, _: [], 1)], Problems())) == [[]]
