"""Route 2: what a customer writes is held against the rules of bot.yaml before anything looks at it."""

from pathlib import Path

import pytest

from botkit.app.bots import Bot
from botkit.errors import FenceError, StoreError
from botkit.model.events import Match, Message, Press
from botkit.model.session import Session
from botkit.ports.stored import Commit, Committed
from botkit.runtime import limiting as module
from botkit.safety import Guarding, Rules
from botkit.stores import open_store
from botkit.testing import FakeClock
from botkit.understanding.intents.classifier import ExampleClassifier
from botkit.understanding.intents.regression import Floats

FLOWS = """
intents:
  order: {examples: [where is my order, track my parcel]}
flows:
  on_no_match: {steps: [{say: What?}]}
  order:
    start: {intents: [order]}
    steps: [{ask: number, say: Which number?}, {say: "It is {{ number }}, see https://evil.com/{{ number }}"}]
"""
FAST = "I'm getting more messages than I can read. Please wait a moment before you write again."
TWICE = "I've got that message already. If something is missing, please say it in other words."
REFUSED = "I'm sorry, I can't take that message."


def write(directory: Path, safety: str, more: str = "") -> Path:
    (directory / "bot.yaml").write_text(f"name: Test\nstore: sqlite://\nsafety: {safety}\n{more}")
    (directory / "flows.yaml").write_text(FLOWS)
    return directory


async def test_a_flood_is_told_once_and_costs_no_classifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    known = ExampleClassifier.classify

    def counting(self: ExampleClassifier, text: str, locale: str, vector: Floats | None = None) -> tuple[Match, ...]:
        seen.append(text)
        return known(self, text, locale, vector)

    monkeypatch.setattr(ExampleClassifier, "classify", counting)
    async with await Bot.load(write(tmp_path, "{rate: 3 in 1h}")) as bot:
        said = [await bot.say(f"message {n}") for n in range(6)]
        person = await bot.say("talk to a person")
        other = await bot.say("hello", "library:2")

    assert [one.route for one in said] == ["no_match"] * 3 + ["safety"] * 3
    assert [one.text for one in said[3:]] == [FAST, "", ""]
    assert [c.name for c in said[5].candidates if c.taken] == ["too fast"]
    assert set(seen) == {"message 0", "message 1", "message 2", "talk to a person", "hello"}
    assert person.owner == "queue"
    assert other.route == "no_match"


async def test_presses_count_for_the_rate(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{rate: 1 in 1h}")) as bot:
        first = await bot.send("library:1", Press(value="a", label="A"))
        second = await bot.send("library:1", Press(value="a", label="A"))

    assert (first.route, second.route) == ("no_match", "safety")


async def test_the_same_again_and_again(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{repeats: 2}")) as bot:
        said = [await bot.say("what is the meaning of life") for _ in range(5)]
        other = await bot.say("where is my order")
        again = await bot.say("what is the meaning of life")

    assert [one.route for one in said] == ["no_match"] * 2 + ["safety"] * 3
    assert [one.text for one in said[2:]] == [TWICE, "", ""]
    assert other.flow == "order"
    assert again.route != "safety"


async def test_blocked_words_are_refused_each_time_and_the_open_question_stays(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{block: {words: {en: [idiot]}, patterns: ['x{5}']}}")) as bot:
        await bot.say("where is my order")
        rude = [await bot.say("you idiot") for _ in range(2)]
        pattern = await bot.say("xxxxxx")
        answer = await bot.say("A-1")

    assert [one.route for one in (*rude, pattern)] == ["safety"] * 3
    assert [one.text for one in rude] == [f"{REFUSED}\nWhich number?"] * 2
    assert [c.name for c in pattern.candidates if c.taken] == ["blocked pattern"]
    assert answer.route == "slot"


async def test_links_in_replies_are_held_to_the_list_and_the_record_says_so(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{links: [example.com]}")) as bot:
        await bot.say("where is my order")
        told = await bot.say("http://evil.org and http://example.com")

    assert told.text == "It is […] and http://example.com, see […] and http://example.com"
    assert [(c.name, c.why) for c in told.candidates if c.route == "safety"] == [
        ("link", "a link to evil.org was taken out"),
        ("link", "a link to evil.com was taken out"),
    ]


async def test_what_a_person_has_is_refused_nothing(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{block: {words: [idiot]}, rate: 2 in 1h}")) as bot:
        await bot.say("talk to a person")
        said = [await bot.say("idiot") for _ in range(3)]

    assert [one.route for one in said] == ["owner"] * 3


async def test_a_length_of_its_own(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{length: 100}")) as bot:
        told = await bot.say("x" * 101)

    assert (told.route, told.text) == ("safety", "That message is too long for me. Could you say it in fewer words?")


async def test_a_bot_without_rules_looks_at_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Guarding, "refuses", fail)
    monkeypatch.setattr(Guarding, "clean", fail)
    monkeypatch.setattr(module.Limiting, "__init__", fail)
    async with await Bot.load(write(tmp_path, "{}")) as bot:
        assert (await bot.say("hello")).route == "no_match"


@pytest.mark.parametrize(
    ("rules", "guard"),
    [("{rate: 1 in 1h}", "_too_fast"), ("{block: {words: [twice]}}", "refuses"), ("{repeats: 1}", "refuses")],
)
async def test_a_guard_that_is_switched_off_lets_all_through(
    rules: str, guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def routes() -> list[str]:
        async with await Bot.load(write(tmp_path, rules)) as bot:
            return [(await bot.say("the same message twice")).route for _ in range(2)]

    assert "safety" in await routes()

    async def never(*args: object) -> bool:
        return False

    monkeypatch.setattr(
        *((module.Limiting, guard, never) if guard == "_too_fast" else (Guarding, guard, lambda *a: ""))
    )

    assert "safety" not in await routes()


@pytest.mark.parametrize(
    ("safety", "problem"),
    [
        ("{rates: 3}", "bot.yaml:3:10: unknown-key: 'safety' has no key 'rates'; did you mean 'rate'?"),
        ("{rate: 3}", "bot.yaml:3:16: unknown-value: 'rate' takes a number of messages and a time, such as '20 in 1m', not '3'"),
        ("{rate: 0 in 1m}", "'20 in 1m', not '0 in 1m'"),
        ("{rate: 3 in 2d}", "not '3 in 2d'"),
        ("{rate: [1]}", "unknown-value"),
        ("{repeats: 9}", "'repeats'"),
        ("{length: 10}", "'length'"),
        ("{length: many}", "'length'"),
        ("{block: {word: [x]}}", "did you mean 'words'?"),
        ("{block: [x]}", "'block'"),
        ("{block: {words: {en: {a: b}}}}", "'words' of 'en'"),
        ("{block: {patterns: ['(a+)+$']}}", "bad-pattern: a pattern of 'patterns' cannot be used: a repeat stands within a repeat"),
        ("{block: {patterns: {en: ['[']}}}", "bad-pattern"),
        ("{links: ['https://example.com']}", "'links' takes hosts such as example.com"),
        ("{allow_hosts: ['10.0.0.0/99']}", "'allow_hosts' takes hosts such as example.com or *.example.com, and networks"),
        ("[x]", "'safety'"),
        ("{links: [example.com]}", "warning: blocks-link: a link to evil.com is taken out"),
        ("{block: {words: {en: [order]}}}", "warning: blocks-example: 'safety' refuses an example of 'order': 'where is my order' has a blocked word"),
    ],
)  # fmt: skip
async def test_what_is_wrong_in_bot_yaml_is_told(safety: str, problem: str, tmp_path: Path) -> None:
    from botkit.app.directories import check_directory

    checked = check_directory(write(tmp_path, safety))

    told = "\n".join(f"{'warning: ' if one.severity == 'warning' else ''}{one}" for one in checked.problems)
    assert problem in told.replace(f"{tmp_path}/", "").replace("flows.yaml:3:3: warning: ", "")


def test_rules_say_whether_anything_is_refused() -> None:
    assert not Rules(links=(), allow_hosts=("a.de",), words={"en": ()}).refuse
    assert Rules(repeats=1).refuse


async def test_two_processes_count_together() -> None:
    store = open_store("sqlite://")
    await store.open()
    guarding = Guarding(Rules(rate=(3, 3600.0)))
    one, two = (module.Limiting(guarding, store, lambda text: False) for _ in range(2))
    session = Session("web:1")
    refused: list[str] = []
    for limiting in (one, two, one, two, one):
        event = await limiting.check(Message("hello"), session, len(refused) + 1)
        assert isinstance(event, Message)
        refused.append(event.evidence.blocked)
    other = await two.check(Message("hello"), Session("web:2"), 1)
    await store.close()

    assert refused == ["", "", "", "too fast", "too fast"]
    assert other == Message("hello")


@pytest.mark.parametrize("error", [FenceError(), StoreError("the disk is full"), ValueError("a mistake")])
async def test_a_turn_that_is_tried_again_counts_once(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await Bot.load(write(tmp_path, "{rate: 2 in 1h}"), clock=FakeClock(1_800_000_000.0)) as bot:
        known, failing = bot.store.commit, [error, error]

        async def fail(commit: Commit) -> Committed:
            if failing:
                raise failing.pop()
            return await known(commit)

        monkeypatch.setattr(bot.store, "commit", fail)
        said = [await bot.say(f"message {n}") for n in range(3)]
        kept = dict(bot.engine.turning.rated)

    assert [one.route for one in said] == ["no_match", "no_match", "safety"]
    assert kept == {}


async def test_rows_that_were_taken_together_count_once_when_each_is_tried_by_itself() -> None:
    store = open_store("sqlite://")
    await store.open()
    limiting = module.Limiting(Guarding(Rules(rate=(2, 3600.0))), store, lambda text: False)

    async def blocked(*seqs: int) -> list[str]:
        events = [await limiting.check(Message("hello"), Session("web:1"), seq) for seq in seqs]
        return [event.evidence.blocked for event in events if isinstance(event, Message)]

    assert await blocked(3, 5, 6) == ["", "", "too fast"]
    assert await blocked(1, 2, 3, 4, 5, 6) == ["", "", "", "", "", "too fast"]
    limiting.rated.clear()
    assert await blocked(7) == ["too fast"]
    await store.close()


async def test_what_is_rated_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RATED", 3)
    store = open_store("sqlite://")
    await store.open()
    limiting = module.Limiting(Guarding(Rules(rate=(2, 3600.0))), store, lambda text: False)
    for number in range(10):
        await limiting.check(Message("hello"), Session(f"web:{number}"), 1)
    await store.close()

    assert len(limiting.rated) <= 4


async def test_what_is_rated_is_forgotten_with_the_rest(tmp_path: Path) -> None:
    async with await Bot.load(write(tmp_path, "{rate: 2 in 1h}")) as bot:
        bot.engine.turning.rated["web:erased"] = {1: True}
        await bot.engine.forget()

        assert bot.engine.turning.rated == {}
