"""Replay: the transcript of a conversation, as the store keeps it, gives the same turns again."""

from pathlib import Path

from botkit import Bot
from botkit.dialogue import advance, new_session
from botkit.model.codec import encode_record, encode_session
from botkit.model.turn import Record
from botkit.testing import FakeClock

BOT = "name: Replay\nlocales: [en, zh]\nplugins: [./plugins/orders.py]\n"
FLOWS = """
intents:
  cancel_order: {examples: [I want to cancel my order, 取消我的订单]}
answers:
  hours: {questions: [when are you open], say: {en: From 9 to 18., zh: 九点到十八点。}}
flows:
  cancel_order:
    title: the order
    start: {intents: [cancel_order]}
    steps:
      - {ask: number, say: {en: Which order?, zh: 哪个订单？}, pattern: '[A-Z]-\\d{5}', silence: {after: 10m, say: Still there?}}
      - {do: orders.find, with: {number: "{{ number }}"}, save: order}
      - {ask: day, say: From when?, type: date}
      - {confirm: "Cancel {{ order.name }} of {{ order.due }} on {{ day }}?"}
      - {do: orders.cancel, with: {number: "{{ number }}"}, save: done}
      - {say: "Done, {{ done }}.", variants: ["{{ done }} it is."]}
      - {rate: How was it?}
"""
PLUGIN = '''
from datetime import date

from botkit import Context, Plugin

plugin = Plugin("orders")


@plugin.action(effect="read")
async def find(ctx: Context, number: str) -> dict[str, object] | None:
    """Find an order."""
    ctx.identify(email="ann@example.org")
    return {"name": "lamp", "due": date(2026, 6, 1)} if number == "A-10293" else None


@plugin.action(effect="write")
async def cancel(ctx: Context, number: str) -> str:
    """Cancel an order."""
    return f"C-{number}"
'''
TALK = (
    "good day", "I want to cancel my order", "what", "when are you open", "A-10293", "tomorrow", "no, 2026-07-01",
    "yes", "human", "cancel", "我要取消我的订单", "start over", "human",
)  # fmt: skip


async def test_the_records_of_a_store_give_the_same_turns_again(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "orders.py").write_text(PLUGIN, "utf-8")
    (tmp_path / "bot.yaml").write_text(BOT, "utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS, "utf-8")
    clock = FakeClock()
    states: list[bytes] = []
    async with await Bot.load(tmp_path, store=f"sqlite:///{tmp_path / 'bot.db'}", clock=clock) as bot:
        for text in TALK:
            exchange = await bot.say(text, "web:1")
            states += [encode_session(turn.session) for turn in exchange.turns]
            clock.advance(1)
        records = await bot.store.turns("web:1")
        stored = (await bot.store.load("web:1")).session
        flows = bot.flows
    assert [record.route for record in records].count("intent") == 2
    assert any(call for record in records for call in record.effects if type(call).__name__ == "Call")
    session = new_session(flows, "web:1")
    for record, state in zip(records, states, strict=True):
        turn = advance(flows, session, record.event, record.now)
        assert encode_record(Record.of(turn)) == encode_record(record)
        assert encode_session(turn.session) == state
        session = turn.session
    assert session == stored
