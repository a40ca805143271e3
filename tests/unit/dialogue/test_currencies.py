"""Amounts of another currency than those that a check holds them against."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from botkit.model.values import Money
from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {do: shop.find, save: order}
      - {ask: amount, say: How much?, type: money, check: {if: CHECK, say: Too much.}}
      - confirm: "{{ amount | money }}?"
      - {do: shop.give, with: {a: "{{ amount }}"}}
"""
ORDER = {"total": Money(Decimal(40), "USD"), "fee": Money(Decimal(4), "CHF")}


def talk(check: str = "amount > order.total") -> Talk:
    found = Talk(build(BOT.replace("CHECK", check), currency="USD"), {"shop.find": ORDER})
    found.say("/main")
    return found


@pytest.mark.parametrize("check", ["amount > order.total", "amount + order.total > 50", "order.total < amount"])
@pytest.mark.parametrize(
    ("reply", "said"), [("25 euro", "Please tell me the amount in USD."), ("25欧元", "请用USD告诉我金额。")]
)
def test_the_customer_is_told_which_currency_counts(check: str, reply: str, said: str) -> None:
    bot = talk(check)
    assert bot.say(reply) == said
    assert (bot.step, bot.slots.get("amount")) == ("ask:amount", None)
    bot.say("5 dollars")
    assert bot.step == "confirm"


@pytest.mark.parametrize(
    ("source", "said"), [("In {{currency}}.", "In USD."), ("In {{ currency | lower }}.", "In usd.")]
)
def test_the_text_is_a_template_as_others_are(source: str, said: str) -> None:
    flows = build(BOT.replace("CHECK", "amount > order.total"), currency="USD")
    locales = {
        code: replace(one, repair={**one.repair, "other_currency": source}) for code, one in flows.locales.items()
    }
    bot = Talk(replace(flows, locales=locales), {"shop.find": ORDER})
    bot.say("/main")
    assert bot.say("25 euro") == said


def test_a_correction_in_another_currency_changes_nothing() -> None:
    bot = talk()
    bot.say("25")
    assert bot.say("no, 20 euro") == "Please tell me the amount in USD.\n$25.00?"
    assert str(bot.slots["amount"]) == "25 USD"


def test_amounts_of_other_slots_that_cannot_be_compared_are_the_flows_own_error() -> None:
    bot = talk("order.total > order.fee")
    assert "went wrong" in bot.say("25 euro")
