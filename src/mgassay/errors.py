"""The ground floor: the two ways in which something can go wrong.

`MgassayError` is what the user can mend; anything else that escapes is a bug of ours.
"""


class MgassayError(Exception):
    """Something the user can mend; shown as one line, never as a traceback."""


class UsageError(MgassayError):
    """A verb was called in a way that cannot work, such as before the stage that it rests on; exit status 2."""


class UnreadableError(MgassayError):
    """A file cannot be turned into readings; `code` names the catalogued problem, `facts` fill its message."""

    def __init__(self, code: str, *, sheet: str = "", place: str = "", seen: str = "", **facts: str) -> None:
        super().__init__(f"{code}: {seen}")
        self.code, self.sheet, self.place, self.seen, self.facts = code, sheet, place, seen, facts


class CalibrationError(MgassayError):
    """A standard curve cannot be fitted; `code` names the catalogued problem, `facts` fill its message."""

    def __init__(self, code: str, *, seen: str = "", **facts: str) -> None:
        super().__init__(f"{code}: {seen}")
        self.code, self.seen, self.facts = code, seen, facts


class ContractError(Exception):
    """A table or call does not keep its own contract: a bug of ours, never the user's."""
