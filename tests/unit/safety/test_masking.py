"""Masking: placeholders, the same for the same value, and the way back."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from botkit.safety import Kind, mask
from botkit.safety import finding as finders
from botkit.safety.finding import KINDS, find
from botkit.safety.masking import NOTHING_MASKED

CARDS: tuple[Kind, ...] = ("card",)
PHONES: tuple[Kind, ...] = ("phone",)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to mia.chen@example.com, please", "write to [email 1], please"),
        ("邮箱是li.na@example.com谢谢", "邮箱是[email 1]谢谢"),
        ("mia (at) example.com", "[email 1]"),
        ("mia＠example．com", "[email 1]"),
        ("a@b.de and c@d.fr and a@b.de", "[email 1] and [email 2] and [email 1]"),
        ("call (212) 555-0134 ext. 12 now", "call [phone 1] now"),
        ("+49 (0)30 1234567", "[phone 1]"),
        ("请打13812345678", "请打[phone 1]"),
        ("１３８１２３４５６７８", "[phone 1]"),
        ("card 4111 1111 1111 1111, exp 12/27", "card [card 1], exp 12/27"),
        ("4111-1111-1111-1111 and 4111111111111111", "[card 1] and [card 1]"),
        ("DE89 3704 0044 0532 0130 00 please", "[iban 1] please"),
        ("gb29nwbk60161331926819", "[iban 1]"),
        ("身份证号11010519491231002X", "身份证号[id 1]"),
        ("my SSN is 078-05-1120", "my SSN is [id 1]"),
        ("nino ab 12 34 56 c", "nino [id 1]"),
        ("Steuer-ID 86095742719", "Steuer-ID [id 1]"),
        ("L01X00T471", "[id 1]"),
        ("send it to 12 Baker Street, London NW1 6XE thanks", "send it to [address 1] thanks"),
        ("请寄到北京市朝阳区建国路88号3号楼1201室，谢谢", "请寄到[address 1]，谢谢"),
        ("PO Box 1234", "[address 1]"),
    ],
)
def test_what_may_identify_a_person_gives_way_to_a_placeholder(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order A-10293?", "order 12345678901", "tracking 1Z999AA10123456784", "ORD-2026-10293",
        "on 2026-11-22 at 14:30", "22.11.2026", "11/22/2026", "it costs $1,234.56 or 1.234,56 EUR", "¥12999",
        "v1.2.3 and 10.20.300", "192.168.10.1", "ISBN 978-3-16-148410-0", "订单号123456789012", "我买了3件，花了200元",
        "user@localhost", "@mia", "a@b", "@@@", "5 orders on the road", "2 minutes drive down the road",
        "4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00", "11010519491231002Y", "000-12-3456", "3号线到2号楼", "", " ",
        "see [link 1]", "12345678", "1234567890",
    ],
)  # fmt: skip
def test_what_is_nothing_of_a_person_stays(text: str) -> None:
    masked = mask(text)

    assert masked.text == text
    assert not masked.values


@pytest.mark.parametrize(
    "number",
    [
        "110105 19491231 002X", "86 095 742 719", "1 85 05 78 006 084 91", "12345678Z", "X1234567L", "RSSMRA85T10A562S",
        "PESEL 44051401359", "BSN 111222333", "2345 6789 0124", "S1234567D", "A123456(3)", "身分證 A123456789",
        "850101-1234567", "111.444.777-35", "SIN 046 454 286", "900-70-1234",
    ],
)  # fmt: skip
def test_numbers_of_states_are_known_by_their_check_digits(number: str) -> None:
    assert [sight.kind for sight in find(number)] == ["id"], number
    digits = [at for at, letter in enumerate(number) if letter.isdigit()]
    changed = number[: digits[-1]] + str((int(number[digits[-1]]) + 1) % 10) + number[digits[-1] + 1 :]
    unchecked = ("850101", "900-70")
    assert number.startswith(unchecked) or not [sight for sight in find(changed) if sight.kind == "id"], changed


def test_a_conversation_keeps_its_placeholders() -> None:
    first = mask("I am mia@example.com")
    second = mask("write to MIA@example.com or to li@example.com", known=first)

    assert second.text == "write to [email 1] or to [email 2]"
    assert second.unmask("Dear [email 2], not [email 1]. See [email 9] [card 1]") == (
        "Dear li@example.com, not mia@example.com. See [email 9] [card 1]"
    )


def test_only_the_kinds_that_are_asked_for_are_masked() -> None:
    text = "mia@example.com, 4111 1111 1111 1111, +49 30 1234567"

    assert mask(text, CARDS).text == "mia@example.com, [card 1], +49 30 1234567"
    assert mask(text, ()).text == text


def test_a_part_of_a_card_number_is_no_phone_number() -> None:
    assert mask("call 4111 1111 1111 1111", PHONES).text == "call 4111 1111 1111 1111"


def test_what_only_looks_like_a_placeholder_comes_back() -> None:
    text = "the letter says [email 1] and [card 2], mia@example.com"
    masked = mask(text)

    assert masked.text == "the letter says [text 1] and [text 2], [email 1]"
    assert masked.unmask(masked.text) == text


_PIECES = st.sampled_from([
    "mia@example.com", "4111111111111111", "+49 30 1234567", "[email 1]", "[text 1]", "[", " ", "DE89370400440532013000",
    "建国路88号", "\u202e", "\x00", "\ud800", "12 Elm Street", "1", "@", "x", "，", "\n", "٣", "１",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join), st.lists(_PIECES, max_size=12).map("".join))
@example("12 Elm Street 12 Elm Street[email 1]12 Elm Street12 Elm Street", "")
def test_masking_is_undone_exactly_but_for_how_a_value_is_written(first: str, second: str) -> None:
    one = mask(first)
    two = mask(second, known=one)

    for masked, text in ((one, first), (two, second)):
        back = masked.unmask(masked.text)
        assert back == text or {s.key for s in find(back)} == {s.key for s in find(text)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_finder_that_is_switched_off_lets_its_kind_through(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = {
        "email": "mia@example.com", "phone": "+49 30 1234567", "card": "4111 1111 1111 1111", "iban": "DE89370400440532013000",
        "id": "078-05-1120", "address": "12 Elm Street",
    }  # fmt: skip
    assert samples[kind] not in mask(samples[kind]).text

    monkeypatch.setitem(finders._finders(), kind, lambda text: ())
    monkeypatch.setitem(finders._finders(), "phone", lambda text: ())

    assert mask(samples[kind]).text == samples[kind]


_HOSTILE = [
    "a", "@", "a@", "a.", "a@a.", "1", "1 ", "1-", "1(", "+1", "00 ", "call 1 ", "DE12 ", "A1 ", "12 A ", "12 a ",
    "1 Aa Aa Aa Aa St, Aa, ", "Flat 1 ", "路", "中", "中市", "市区路1", "路1-1号中中中", "[email 1]", "[", "１", " ", "\n",
    "\u202e", "\u200b1", "\x00", "\ud800", "👩‍👩‍👧", "{{ 1 }}",
]  # fmt: skip


@pytest.mark.parametrize("piece", _HOSTILE)
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    """Ten times as much takes about ten times as long: quadratic work would take a hundred times."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            mask(text)
            best = min(best, time.process_time() - begin)
        return best

    small, large = seconds(3_000), seconds(30_000)

    assert large < 40 * max(small, 0.002)


def test_a_million_characters_are_looked_through() -> None:
    text = "x" * 1_000_000 + " mia@example.com"

    assert mask(text).text.endswith("x [email 1]")


def test_nothing_is_known_at_first() -> None:
    assert NOTHING_MASKED.unmask("[email 1]") == "[email 1]"
