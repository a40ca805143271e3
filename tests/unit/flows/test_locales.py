"""Locale files."""

from pathlib import Path

import pytest

from botkit.errors import Place
from botkit.flows import read_locale, repair_keys
from botkit.model.locales import Formats

REPOSITORY = Path(__file__).parents[3]
REPAIR = "\n".join(f"  {key}: {'a person' if key == 'talk_to_person' else 'words'}" for key in sorted(repair_keys()))
SOUND = f"""\
code: xx
name: Test
control:
  cancel: [stop]
  repeat: [again]
  start_over: [restart]
  person: [A person!]
  opt_out: [quiet]
  opt_in: [news]
yes: [yes]
no: [no]
repair:
{REPAIR}
"""


def said(text: str) -> list[str]:
    locale, problems = read_locale(text, "xx.yaml")
    assert (locale is None) == bool(problems)
    return [str(problem).removeprefix("xx.yaml:") for problem in problems]


def test_a_locale_is_read() -> None:
    text = SOUND + "formats: {decimal: ',', months: [a, b]}\ndates: {parts: {morning: [6, 12]}}\nrtl: true\n"
    locale, problems = read_locale(text, "xx.yaml")
    assert problems == ()
    assert locale
    assert (locale.code, locale.yes, locale.control["person"]) == ("xx", ("yes",), ("A person!",))
    assert locale.formats == Formats(decimal=",", months=("a", "b"))
    assert locale.dates.parts == {"morning": (6, 12)}
    assert locale.rtl


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: wrong-type: a locale file is a mapping, not nothing"),
        ("[a]", "1:1: wrong-type: a locale file is a mapping, not a list"),
        ("a: [", "1:5: yaml: a value is missing here; check the brackets and commas before it"),
        (SOUND.replace("name: Test\n", ""), "1:1: missing-key: a locale needs the key 'name'"),
        (SOUND + "formts: {}", "{end}:1: unknown-key: a locale has no key 'formts'; did you mean 'formats'?"),
        (SOUND + "formats: {decimals: x}", "{end}:11: unknown-key: 'formats' has no key 'decimals'; did you mean 'decimal'?"),
        (SOUND + "formats: x", "{end}:10: wrong-type: 'formats' takes a mapping, not the text 'x'"),
        (SOUND + "rtl: yes", "{end}:6: wrong-type: 'rtl': expected `bool`, got `str`"),
        (SOUND + "script: runes", "{end}:9: wrong-type: 'script': invalid enum value 'runes'"),
        (SOUND.replace("yes: [yes]", "yes: [yes, 1]"), "10:12: wrong-type: 'yes': expected `str`, got `int`"),
        (SOUND.replace("yes: [yes]", "yes: yes"), "10:6: wrong-type: 'yes': expected `array`, got `str`"),
        (SOUND + "numbers: {words: {1: x}}", "{end}:18: wrong-type: 'words': expected `str`"),
        (SOUND.replace("  repeat: [again]\n", ""), "4:3: missing-key: 'control' needs the key 'repeat'"),
        (SOUND.replace("  still: words\n", ""), "13:3: missing-key: 'repair' needs the key 'still'"),
        (SOUND + "  stil: words", "{end}:3: unknown-key: 'repair' has no key 'stil'; did you mean 'still'?"),
        (
            SOUND.replace("  still: words", "  still: '{{ vlaue }}'"),
            "{still}:10: unknown-name: the text 'still' does not know the name 'vlaue'; did you mean 'value'?",
        ),
        (
            SOUND.replace("  still: words", "  still: '{{ value | jion }}'"),
            "{still}:10: unknown-filter: there is no filter 'jion'; did you mean 'join'?",
        ),
        (
            SOUND.replace("talk_to_person: a person", "talk_to_person: somebody"),
            "{talk}:19: unknown-phrase: the button 'somebody' is none of the phrases in control.person; add it there",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_locale(text: str, problem: str) -> None:
    lines = text.split("\n")
    named = {
        "end": len(lines),
        **{
            key: number
            for number, line in enumerate(lines, 1)
            for key in ("still", "talk")
            if line.startswith(f"  {key}")
        },
    }
    for key, number in named.items():
        problem = problem.replace(f"{{{key}}}", str(number))
    found = said(text)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_what_no_other_key_can_be_checked_against_is_left() -> None:
    found = said(SOUND.replace("control:", "contrl:"))
    assert [line.split(": ")[1] for line in found] == ["unknown-key"]
    assert said("repair: x")[-1].endswith("expected `object`, got `str`")


def test_problems_come_in_order() -> None:
    _, problems = read_locale(SOUND.replace("code: xx", "code: 1") + "zzz: 1\n", "xx.yaml")
    assert [problem.place for problem in problems] == sorted(problem.place for problem in problems)
    assert problems[0].place == Place("xx.yaml", 1, 7)


@pytest.mark.parametrize("path", sorted((REPOSITORY / "botkit/locales").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_locales_are_sound(path: Path) -> None:
    locale, problems = read_locale(path.read_text("utf-8"), path.name)
    assert [str(problem) for problem in problems] == []
    assert locale
    assert locale.code == path.stem
