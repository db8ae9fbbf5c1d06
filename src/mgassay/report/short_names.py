"""Names that are cut to the room that a figure has, and can still be told apart."""

from collections import Counter
from collections.abc import Iterable


def short(name: str, most: int = 18) -> str:
    """A name that fits under a pair of points, of a long one both ends, which tell it from its kin.

    >>> short("D1"), short("calcifying medium, Mg 0.8"), short("calcifying medium, Mg 2.0")
    ('D1', 'calcifyin…, Mg 0.8', 'calcifyin…, Mg 2.0')
    """
    end = (most - 1) // 2
    return name if len(name) <= most else f"{name[: most - 1 - end]}…{name[-end:]}"


def shortened(names: Iterable[str], most: int = 18) -> dict[str, str]:
    """Each name -> what is shown of it, no two of them alike: where cut ends do not tell names apart, a number does.

    >>> list(shortened(["calcifying, 2 mM, Mg", "calcifying, 3 mM, Mg", "D1"], 12).values())
    ['calc… Mg (1)', 'calc… Mg (2)', 'D1']
    """
    shown = {name: short(name, most) for name in names}
    alike = Counter(shown.values())
    number = 0
    for name in [n for n, cut in shown.items() if alike[cut] > 1 and n != cut]:
        others = set(shown.values())
        while shown[name] in others:
            number += 1
            mark = f" ({number})"
            shown[name] = f"{short(name, most - len(mark))}{mark}"
    return shown
