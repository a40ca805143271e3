"""What a process does where several run one bot."""

from pathlib import Path

import pytest

from botkit import BotInfo, Connector
from botkit.app.bots import Bot
from botkit.app.metrics import CountedConnector, Numbers
from botkit.app.nodes import ROLES, Node, Role, find_carrier
from botkit.carriers import Hub, MemoryCarrier
from botkit.errors import ConfigError
from botkit.runtime.showing import Posted
from botkit_web import CAPABILITIES, WebConnector, WebSettings
from tests.unit.runtime.running import Phone


def web() -> Connector:
    return CountedConnector(WebConnector(WebSettings(), BotInfo(), capabilities=CAPABILITIES), Numbers())


@pytest.mark.parametrize("url", ["sqlite:///bot.db", "sqlite://"])
def test_a_process_that_is_alone_needs_no_carrier(url: str) -> None:
    assert find_carrier(url, "all") is None


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_needs_a_store_that_can_be_shared(role: Role) -> None:
    with pytest.raises(ConfigError, match=f"a {role} node works together with others") as caught:
        find_carrier("sqlite:///bot.db", role)
    assert "postgresql://" in caught.value.hint


@pytest.mark.parametrize("role", ROLES)
def test_with_postgresql_every_role_has_one(role: Role) -> None:
    assert find_carrier("postgresql://botkit@127.0.0.1:1/bot", role) is not None


@pytest.mark.parametrize(
    ("role", "turns", "receives"), [("all", True, True), ("web", False, True), ("worker", True, False)]
)
def test_what_each_role_does(role: Role, turns: bool, receives: bool) -> None:
    node = Node(role, MemoryCarrier(Hub()))
    assert (node.turns, node.receives) == (turns, receives)


@pytest.mark.parametrize(("role", "routes"), [("all", True), ("web", True), ("worker", False)])
def test_pages_are_told_by_their_nodes_and_platforms_called_by_workers(role: Role, routes: bool) -> None:
    node = Node(role, MemoryCarrier(Hub()))
    phone = Phone()
    around = node.around({"web": web(), "phone": phone})
    assert isinstance(around["web"], Posted)
    assert around["phone"] is phone
    assert bool(around["web"].routes()) is routes


async def test_a_bot_of_one_process_has_no_node(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Desk\n")
    async with await Bot.load(tmp_path, role="all", store=f"sqlite:///{tmp_path}/bot.db") as bot:
        assert bot.node is None


async def test_a_worker_on_sqlite_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Desk\n")
    with pytest.raises(ConfigError, match="a worker node"):
        await Bot.load(tmp_path, role="worker")
    assert not (tmp_path / "bot.db").exists()
