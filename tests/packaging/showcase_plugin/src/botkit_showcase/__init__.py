"""A plugin that uses every hook, of botkit's public names alone: a garage that lends bicycles."""

import re

from pydantic import BaseModel

from botkit import ActionError, Context, Found, Message, Opened, Passage, Plugin, Press, Reading, Turn, Verdict


class Settings(BaseModel):
    """What stands under the plugin's name in bot.yaml."""

    bicycles: int = 2


class Loan(BaseModel):
    """A bicycle that is out."""

    number: str
    left: int


class Garage:
    """What `start` opens."""

    def __init__(self, bicycles: int) -> None:
        self.left = bicycles
        self.loans: dict[str, Loan] = {}
        self.heard = 0
        self.turns = 0
        self.open = True


plugin = Plugin("showcase", settings=Settings)

plugin.answer(
    "opening_hours",
    questions=["when is the garage open", "车库几点开门"],
    say={"en": "From 8 to 20 o'clock.", "zh": "8 点到 20 点。"},
)


@plugin.start
def start(settings: Settings) -> Garage:
    """Open the garage."""
    return Garage(settings.bicycles)


@plugin.stop
async def stop(garage: Garage) -> None:
    """Close it."""
    garage.open = False


@plugin.action(effect="read", timeout=5)
async def left(ctx: Context) -> int:
    """Count the bicycles that are there."""
    garage: Garage = ctx.state
    return garage.left


@plugin.action(effect="write", idempotent=True, name="lend")
def lend_bicycle(ctx: Context, number: str) -> Loan:
    """Lend a bicycle."""
    garage: Garage = ctx.state
    if ctx.idempotency_key not in garage.loans:
        if not garage.left:
            raise ActionError("All bicycles are out.", error="none_left")
        garage.left -= 1
        garage.loans[ctx.idempotency_key] = Loan(number=number, left=garage.left)
    ctx.identify(bicycle=number)
    return garage.loans[ctx.idempotency_key]


@plugin.slot_type("bicycle")
def bicycle(text: str, reading: Reading) -> list[Found]:
    """Read the numbers of bicycles: B12."""
    return [Found(match[0].upper(), *match.span()) for match in re.finditer(r"\b[bB]\d+\b", text)]


@plugin.knowledge("manual")
async def manual(ctx: Context, question: str) -> list[Passage]:
    """Find a passage of the manual."""
    return [Passage("Pump the tyres to 4 bar.", "Tyres", "manual.md")] if "tyre" in question else []


@plugin.guard("input")
def hide_cards(ctx: Context, text: str) -> Verdict | None:
    """Hide card numbers."""
    return Verdict.replace(re.sub(r"\b\d{16}\b", "****", text))


@plugin.guard("output", required=True)
async def never_promise(ctx: Context, text: str) -> Verdict | None:
    """Stop promises."""
    return Verdict.refuse("a promise") if "guarantee" in text else None


@plugin.before_turn
def hear(ctx: Context, event: Message | Press | Opened) -> None:
    """Count what comes in."""
    ctx.state.heard += 1
    ctx.identify(heard=ctx.state.heard)


@plugin.after_turn
async def count_turn(ctx: Context, turn: Turn) -> None:
    """Count turns."""
    ctx.state.turns += 1
