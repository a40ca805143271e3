"""Data sets: which conversations go in, what of them, and what is taken out."""

import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from botkit.app.bots import Bot
from botkit.app.datasets import Chat, Gathered, Wishes, gather, split
from botkit.app.directories import Checked, check_directory
from botkit.errors import UsageError
from botkit.model.completions import ChatMessage
from botkit.ports.stores import Store

PARCELS = Path(__file__).parents[2] / "data" / "parcels"
PLANTED = (  # what no data set may have, in whatever case
    *("mia okonkwo", "okonkwo", "a-20417", "7391", "bartholomew", "quux", "zwiebelgasse", "kowalska"),
    *("mia.o@example.org", "mia.k@example.org", "4111 1111", "4111111111111111", "+49 30 901820", "901820"),
    *("de89 3704", "swordfish", "ann lee"),
)
THANKS = "Thank you for your rating."
TALK = (
    "where is my parcel", "Mia Okonkwo", "it is A-20417", "7391", "home",
)  # fmt: skip


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PARCELS, tmp_path / "parcels"))


@pytest.fixture
async def bot(directory: Path) -> AsyncIterator[Bot]:
    async with await Bot.load(directory, store="sqlite://") as bot:
        yield bot


async def talk(
    bot: Bot, conversation: str, score: str = "5", *, first: str = TALK[0], last: str = "thank you"
) -> None:
    for text in (first, *TALK[1:], score, last):
        await bot.say(text, conversation)


async def gathered(bot: Bot, directory: Path, **wishes: Any) -> Gathered:
    return await gather(bot.store, check_directory(directory), Wishes(**{"held_out": 0.0, **wishes}))


def written(found: Gathered) -> str:
    return "\n".join(one.text for chat in (*found.train, *found.held_out) for one in chat.messages)


def lines(chat: Chat) -> list[tuple[str, str]]:
    return [(one.role, one.text) for one in chat.messages]


async def test_a_talk_that_was_rated_well_is_a_chat(bot: Bot, directory: Path) -> None:
    await talk(bot, "web:1")
    found = await gathered(bot, directory, system="You find parcels.")
    assert [lines(chat) for chat in found.train] == [
        [
            ("system", "You find parcels."),
            ("user", "where is my parcel"),
            ("assistant", "What is your name?"),
            ("user", "[name 1]"),
            ("assistant", "Which parcel is it?"),
            ("user", "it is [number 1]"),
            ("assistant", "And the PIN of it?"),
            ("user", "[secret]"),
            ("assistant", "Where shall it go?"),
            ("user", "home"),
            ("assistant", f"Thank you [name 1], [number 1] is on its way to [recipient 1], [street 1].\n{THANKS}"),
            ("user", "thank you"),
            ("assistant", "I'm sorry, I didn't understand that. Could you put it in other words?"),
        ]
    ]  # fmt: skip
    assert found.masked == {"name": 2, "number": 2, "secret": 1, "recipient": 1, "street": 1}
    assert (found.conversations, found.sessions, found.rated, found.best) == (1, 1, 1, (5, 5))


@pytest.mark.parametrize(
    ("scores", "wishes", "taken"),
    [
        (("5", "4", "3"), {}, {"web:0"}),
        (("5", "4", "3"), {"least": 4}, {"web:0", "web:1"}),
        (("5", "4", "3"), {"least": 5}, {"web:0"}),
        (("5", "cancel", "1"), {"unrated": True}, {"web:0", "web:1"}),
    ],
)
async def test_the_rating_chooses(
    bot: Bot, directory: Path, scores: tuple[str, ...], wishes: Mapping[str, Any], taken: set[str]
) -> None:
    for at, score in enumerate(scores):
        await talk(bot, f"web:{at}", score, last=f"talk {at}")
    found = await gathered(bot, directory, **wishes)
    assert {chat.conversation for chat in found.train} == taken


async def test_the_top_of_a_lower_scale_is_the_top(bot: Bot, directory: Path) -> None:
    for text in ("hello", "/score", "3"):
        await bot.say(text, "web:1")
    assert len((await gathered(bot, directory, least=5)).train) == 1
    for text in ("hello", "/score", "2"):
        await bot.say(text, "web:2")
    assert {chat.conversation for chat in (await gathered(bot, directory, least=5)).train} == {"web:1"}


@pytest.mark.parametrize(
    ("scores", "wishes", "message", "hint"),
    [
        ((), {}, "no conversation was rated (0 talks in 0 conversations)", "--unrated"),
        (("cancel",), {}, "no conversation was rated (1 talks in 1 conversations)", "a step `rate`"),
        (("3", "2"), {}, "no conversation was rated well: of 2 ratings the best is 3 of 5", "--min-score"),
        (("3",), {"least": 4, "unrated": True}, "there is no conversation in which somebody was answered", ""),
        (("5",), {"keep": frozenset({"nmae"})}, "the bot has no slot 'nmae'", "did you mean 'name'?"),
        (("5",), {"hide": frozenset({"zzz"})}, "the bot has no slot 'zzz'", "known: name, number, pin, way"),
    ],
)
async def test_without_a_talk_it_says_why(
    bot: Bot, directory: Path, scores: tuple[str, ...], wishes: Mapping[str, Any], message: str, hint: str
) -> None:
    for at, score in enumerate(scores):
        await talk(bot, f"web:{at}", score)
    with pytest.raises(UsageError) as caught:
        await gathered(bot, directory, **wishes)
    assert message in caught.value.message
    assert hint in caught.value.hint


async def plant(bot: Bot) -> None:
    """Say all that is planted, in ways in which customers and people say it."""
    await talk(bot, "web:1", first="where is my parcel")
    await talk(
        bot, "web:2", first="my parcel is lost, I am at mia.o@example.org or +49 30 901820", last="MIA OKONKWO!"
    )
    await talk(bot, "web:3", last="Okonkwo here, card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00")
    await talk(bot, "web:4", last="my PIN is 7391, mia okonkwo, parcel a-20417 for Bartholomew")
    for text in ("hi, here is Mia", "/help"):
        await bot.say(text, "web:5")
    await bot.desk.claim("web:5", "ann")
    await bot.desk.note("web:5", "ann", "the password of this customer is swordfish")
    await bot.desk.reply("web:5", "ann", "Ann Lee here, how can I help?", name="Ann Lee")
    await bot.desk.give_back("web:5", "ann")
    for text in ("/score", "3"):
        await bot.say(text, "web:5")


async def test_nothing_that_was_planted_is_in_it(bot: Bot, directory: Path) -> None:
    await plant(bot)
    found = await gathered(bot, directory)
    assert {chat.conversation for chat in found.train} == {f"web:{at}" for at in range(1, 6)}
    text = written(found).casefold()
    assert [one for one in PLANTED if one in text] == []
    assert "[email 1] or [phone 1]" in text
    assert "how can i help?" in text  # what people say is there, what they note is not
    assert "Desk lamp" not in text


async def forgotten(bot: Bot) -> None:
    """Let go of the versions of the flows, as a store does that needs none for open conversations."""
    await bot.store.drop_versions(())


async def test_nothing_is_in_it_either_where_no_talk_can_be_replayed(bot: Bot, directory: Path) -> None:
    await plant(bot)
    await forgotten(bot)
    flows = directory / "flows.yaml"
    flows.write_text(flows.read_text("utf-8").replace("What is your name?", "Who are you?"), "utf-8")
    found = await gathered(bot, directory)
    assert len(found.train) == 5
    text = written(found).casefold()
    assert [one for one in PLANTED if one in text] == []
    assert "where is my parcel" in text


async def test_an_older_version_is_replayed(bot: Bot, directory: Path) -> None:
    await talk(bot, "web:1")
    flows = directory / "flows.yaml"
    changed = flows.read_text("utf-8").replace("{ask: name, say: What is your name?}", "{say: Hi}")
    flows.write_text(changed.replace("{{ name }}", "you"), "utf-8")
    text = written(await gathered(bot, directory))
    assert "it is [number 1]" in text
    assert "Okonkwo" not in text


async def test_slots_can_be_kept_and_hidden(bot: Bot, directory: Path) -> None:
    await talk(bot, "web:1")
    found = await gathered(bot, directory, keep=frozenset({"number"}), hide=frozenset({"way"}))
    assert "it is A-20417" in written(found)
    assert ("user", "[way 1]") in lines(found.train[0])
    with_secret = await gathered(bot, directory, keep=frozenset({"pin"}))
    assert "7391" not in written(with_secret)


async def test_the_same_talk_is_there_once(bot: Bot, directory: Path) -> None:
    for at in range(3):
        await talk(bot, f"web:{at}", first="Where is  my parcel" if at else "where is my parcel")
    found = await gathered(bot, directory)
    assert (len(found.train), found.repeated) == (1, 2)


async def test_sessions_of_a_conversation_are_talks_of_their_own(bot: Bot, directory: Path) -> None:
    await talk(bot, "web:1", "2", last="that was bad")
    await bot.say("start over", "web:1")
    await talk(bot, "web:1", "5", last="that was better")
    found = await gathered(bot, directory)
    assert (found.conversations, found.sessions, found.rated, len(found.train)) == (1, 2, 2, 1)
    assert "that was better" in written(found)
    assert "that was bad" not in written(found)


async def test_only_since_a_time(bot: Bot, directory: Path) -> None:
    await talk(bot, "web:1")
    with pytest.raises(UsageError):
        await gathered(bot, directory, since=4e9)


def chats(count: int) -> list[Chat]:
    return [
        Chat(f"web:{at // 2}", (ChatMessage("user", str(at)), ChatMessage("assistant", "yes"))) for at in range(count)
    ]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5])
def test_a_share_of_the_conversations_is_held_out(share: float) -> None:
    train, held_out = split(chats(2000), share)
    assert len(train) + len(held_out) == 2000
    assert abs(len(held_out) / 2000 - share) < 0.05
    assert {chat.conversation for chat in train} & {chat.conversation for chat in held_out} == set()
    again = split(list(reversed(chats(2000))), share)[1]
    assert {chat.conversation for chat in again} == {chat.conversation for chat in held_out}


@pytest.mark.parametrize(
    ("count", "share", "sizes"), [(4, 0.01, (2, 2)), (4, 0.9, (2, 2)), (2, 0.5, None), (4, 0.0, (4, 0))]
)
def test_both_sides_have_something(count: int, share: float, sizes: tuple[int, int] | None) -> None:
    train, held_out = split(chats(count), share)
    assert (len(train), len(held_out)) == sizes or (sizes is None and len(train) + len(held_out) == count)


async def test_a_bot_with_mistakes_gives_none(bot: Bot, directory: Path) -> None:
    (directory / "flows.yaml").write_text("flowz: {}", "utf-8")
    checked: Checked = check_directory(directory)
    store: Store = bot.store
    with pytest.raises(Exception, match="unknown-key"):
        await gather(store, checked, Wishes())


async def test_who_introduces_themselves_in_no_slot_is_not_in_it(bot: Bot, directory: Path) -> None:
    for text in ("My name is Leopold Ashcroft", "Dear Parcels, so says Leopold"):
        await bot.say(text, "web:7")
    found = written(await gathered(bot, directory, unrated=True))
    assert "[name 1]" in found
    assert "Leopold" not in found
    assert "Ashcroft" not in found
    assert "Parcels" in found
