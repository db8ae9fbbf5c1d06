"""What the user can mend and what is our bug are two families of exceptions."""

import pytest

from mgassay.errors import CalibrationError, ContractError, MgassayError, UnreadableError


@pytest.mark.parametrize("mendable", [UnreadableError, CalibrationError])
def test_what_can_be_mended_is_one_family(mendable):
    assert issubclass(mendable, MgassayError)


def test_our_bugs_are_never_taken_for_the_users():
    assert not issubclass(ContractError, MgassayError)
    assert not issubclass(MgassayError, ContractError)


def test_an_unreadable_file_carries_what_a_problem_needs():
    error = UnreadableError("MG101", sheet="Plate 1", place="B7", seen="#REF!", expected="a number")
    assert (error.code, error.sheet, error.place, error.seen) == ("MG101", "Plate 1", "B7", "#REF!")
    assert error.facts == {"expected": "a number"}
    assert str(error) == "MG101: #REF!"


def test_a_failed_calibration_carries_what_a_problem_needs():
    error = CalibrationError("MG301", seen="1", levels="1")
    assert (error.code, error.seen, error.facts, str(error)) == ("MG301", "1", {"levels": "1"}, "MG301: 1")
