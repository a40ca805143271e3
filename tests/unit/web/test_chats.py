"""What is kept of chats, and its bounds."""

from botkit_web.chats import Chat, Chats, Line


async def test_a_line_gives_frames_in_order_and_then_the_code() -> None:
    line = Line()
    line.put("one")
    line.put("two")
    line.close(1000)
    line.put("three")
    line.close(1008)
    assert [await line.take() for _ in range(3)] == ["one", "two", 1000]


async def test_a_line_that_nobody_reads_is_closed() -> None:
    line = Line()
    for n in range(2_000):
        line.put(str(n))
    assert line.closed
    frames = [await line.take() for _ in range(1_001)]
    assert frames[-1] == 1013


def test_entries_after_the_last_one() -> None:
    chat = Chat(most=3)
    for key in "abcd":
        chat.add(key, key.upper())
    assert chat.after("c") == ["D"]
    assert chat.after("d") == []
    assert chat.after("") == ["B", "C", "D"]
    assert chat.after("a") == ["B", "C", "D"]
    assert chat.knows("b")
    assert not chat.knows("a")


def test_an_entry_that_comes_again_keeps_its_place() -> None:
    chat = Chat(most=5)
    for key in "aba":
        chat.add(key, key)
    assert chat.after("") == ["a", "b"]
    chat.drop("a")
    chat.drop("a")
    assert chat.after("") == ["b"]


async def test_every_page_of_a_chat_is_told_but_one() -> None:
    chat = Chat(most=5)
    lines = [Line() for _ in range(3)]
    chat.lines.update(lines)
    chat.tell("x", but=lines[0])
    for line in lines:
        line.close(1)
    assert [await line.take() for line in lines] == [1, "x", "x"]


def test_idle_chats_are_forgotten_the_longest_untouched_first() -> None:
    chats = Chats(most=3, history=5)
    line = Line()
    chats.get("open").lines.add(line)
    for key in ("a", "b"):
        chats.get(key).add("e", "e")
    chats.get("a")
    chats.get("c")
    assert len(chats) == 3
    assert list(chats.lines()) == [line]
    assert chats.get("a").knows("e")
    assert not chats.get("b").knows("e")


def test_a_chat_that_a_page_shows_is_never_forgotten() -> None:
    chats = Chats(most=1, history=5)
    for n in range(5):
        chats.get(str(n)).lines.add(Line())
    assert len(list(chats.lines())) == 5


def test_what_is_kept_of_a_chat_is_bounded_in_letters_too() -> None:
    chat = Chat(100)
    for number in range(100):
        chat.add(f"r{number}", "x" * 10_000)
        chat.add(f"r{number}", "y" * 10_000)
    kept = chat.after("")
    assert 1 < len(kept) <= 26
    assert chat.knows("r99")
    chat.fill({f"s{number}": "z" * 10_000 for number in range(100)})
    assert len(chat.after("")) <= 26
    chat.add("huge", "x" * 1_000_000)
    assert chat.after("") == ["x" * 1_000_000]
    chat.drop("huge")
    chat.add("small", "x")
    assert chat.after("") == ["x"]
