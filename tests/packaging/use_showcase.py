"""Run in a clean environment in which the wheels of botkit and of the showcase plugin are installed."""

import asyncio
import sys
from pathlib import Path

import botkit
from botkit.model.events import Message
from botkit.model.replies import Call
from botkit.model.session import Session
from botkit.model.turn import Turn
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry

WHO = Caller("web:1", "web")


async def main() -> None:
    assert Path(botkit.__file__).is_relative_to(sys.prefix), botkit.__file__
    registry, errors = Registry.survey(["showcase"], Path(), {"showcase": {"bicycles": 1}})
    assert not errors, errors
    garage_plugin = registry.plugins[0]
    assert Path(sys.modules["botkit_showcase"].__file__ or "").is_relative_to(sys.prefix)
    catalogue = registry.catalogue()
    assert set(catalogue.actions) == {"showcase.left", "showcase.lend"}
    assert catalogue.actions["showcase.lend"].parameters["required"] == ["number"]
    assert catalogue.answers[0].questions[1] == "车库几点开门"
    assert [one.value for one in garage_plugin.types["bicycle"]("b7 or B12", None)] == ["B7", "B12"]  # type: ignore[arg-type]
    await registry.start()
    garage = registry.host("showcase").state
    lent = await registry.perform(Call("c1", "showcase.lend", {"number": "B7"}, "write"), WHO)
    assert (lent.value, lent.customer) == ({"number": "B7", "left": 0}, {"bicycle": "B7"})
    refused = await registry.perform(Call("c2", "showcase.lend", {"number": "B8"}, "write"), WHO)
    assert refused.failure is not None
    assert refused.failure.code == "none_left"
    assert (await registry.perform(Call("c3", "showcase.left"), WHO)).value == 0
    assert (await registry.guard("input", "card 4111111111111111", WHO)).text == "card ****"
    assert (await registry.guard("output", "we guarantee it", WHO)).refused == "a promise"
    assert [one.title for one in await registry.sources()[0].search("a flat tyre", "en")] == ["Tyres"]
    assert await registry.before_turn(Message("hi"), WHO) == {"heard": 1}
    await registry.after_turn(Turn("web:1", 1, Message("hi"), Session("web:1")), WHO)
    assert (garage.heard, garage.turns, garage.open) == (1, 1, True)
    await registry.stop()
    assert not garage.open
    print("every hook works")


asyncio.run(main())
