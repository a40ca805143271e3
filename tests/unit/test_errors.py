"""The tree of errors is what its docstring draws, and every error says what it is."""

import re

import pytest

from botkit import errors
from botkit.errors import BotkitError

_BRANCH = re.compile(r"^(?P<indent>[ │]*)(?:[├└]── )?(?P<name>[A-Z][A-Za-z]+Error)\b", re.MULTILINE)


def _drawn() -> dict[str, str]:
    """Read the tree of the docstring: the name of every error, and of what it stands under."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for match in _BRANCH.finditer(errors.__doc__ or ""):
        column = match.start("name") - match.start()
        above = [one for one in above if one[0] < column]
        found[match["name"]] = above[-1][1] if above else "Exception"
        above.append((column, match["name"]))
    return found


def _classes(root: type[Exception]) -> list[type[Exception]]:
    below = [cls for child in root.__subclasses__() if child.__module__ == errors.__name__ for cls in _classes(child)]
    return [root, *below]


def test_the_tree_is_drawn_as_it_is() -> None:
    assert _drawn() == {cls.__name__: cls.__bases__[0].__name__ for cls in _classes(BotkitError)}


def test_every_code_is_one_error_s() -> None:
    codes = [cls.code for cls in _classes(BotkitError) if issubclass(cls, BotkitError)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("name", ["ArgumentsError", "ResultError"])
def test_what_the_call_of_an_action_raises_is_in_the_tree(name: str) -> None:
    assert _drawn()[name] == "BotkitError"
    error = getattr(errors, name)
    assert str(error("it has no number")) == "it has no number"
    assert str(error())
