"""One bot on several nodes, real processes on a real PostgreSQL: nothing lost, nothing twice, in order."""

import asyncio
import signal
from contextlib import aclosing
from pathlib import Path

import httpx

from botkit.app.desks import token_of
from botkit.app.secrets import keep_secret
from botkit.cli.desk_client import HTTPDesk
from botkit.testing import sample
from tests.integration.nodes import COUNTER, PATIENCE, Customer, cluster

TALK = ("/echo {}", "/add {}", "/look {}")
GREETING = "Hello!"
UNSURE = "Unsure: "  # a write was begun by a worker that was killed: nobody knows whether it was done


async def _talk(customer: Customer, count: int) -> None:
    """Say so many things, each when the one before was answered."""
    await customer.open()
    await customer.until(1)
    for n in range(count):
        await customer.say(f"m{n}", TALK[n % len(TALK)].format(n))
        await customer.until(2 * n + 3)


async def _hurry(customer: Customer, count: int) -> None:
    """Say so many things without waiting for answers."""
    await customer.open()
    await customer.until(1)
    for n in range(count):
        await customer.say(f"m{n}", f"/echo {n}")
    await customer.until(2 * count + 1)


def _judge(customer: Customer, count: int, *, talk: tuple[str, ...] = TALK) -> None:
    said = [talk[n % len(talk)].format(n) for n in range(count)]
    own = [text for key, text in customer.shown.items() if key.startswith("m")]
    replies = [text for key, text in customer.shown.items() if not key.startswith("m")]
    assert own == said
    assert [reply.removeprefix(UNSURE) for reply in replies] == [GREETING, *said]
    assert all(reply.startswith(f"{UNSURE}/add") for reply in replies if reply.startswith(UNSURE))
    assert customer.repeats == 0


async def test_workers_come_and_go_and_nothing_is_lost_nor_done_twice(database: str, tmp_path: Path) -> None:
    count = 18
    async with cluster(database, tmp_path, "web", "worker", "worker") as bot:
        customers = [Customer([bot.nodes[0].address]) for _ in range(12)]
        talking = [asyncio.create_task(_talk(customer, count)) for customer in customers]
        await _after(customers, 6)
        await bot.nodes[1].end(signal.SIGKILL)
        await bot.start("worker")
        await _after(customers, 16)
        assert await bot.nodes[2].end(signal.SIGTERM) == 0
        await asyncio.gather(*talking)
        for customer in customers:
            _judge(customer, count)
        wanted = {f"{customer.conversation} /add {n}" for customer in customers for n in range(1, count, 3)}
        unsure = {
            f"{customer.conversation} {text.removeprefix(UNSURE)}"
            for customer in customers
            for text in customer.texts
            if text.startswith(UNSURE)
        }
        written = bot.lines()
        assert len(set(written)) == len(written)  # nothing twice
        assert wanted - unsure <= set(written) <= wanted
        assert len(unsure) <= len(customers)  # one kill, one write of each at most


async def _after(customers: list[Customer], count: int) -> None:
    """Wait until every customer was shown so much."""
    await asyncio.gather(*(customer.until(count) for customer in customers))


async def test_a_page_may_come_back_to_another_web_node(database: str, tmp_path: Path) -> None:
    async with cluster(database, tmp_path, "web", "web", "worker") as bot:
        first, second = bot.nodes[0].address, bot.nodes[1].address
        customer = Customer([first, second])
        await customer.open()
        await customer.until(1)
        await customer.say("m0", "/remind")
        await customer.until(2)
        await customer.leave()
        await customer.open()
        await customer.until(3)
        await customer.say("m1", "/echo 1")
        await customer.until(5)
        assert customer.texts == [GREETING, "/remind", "It is time.", "/echo 1", "/echo 1"]
        other = Customer([first])
        other._chat = customer._chat
        await other.open()
        await other.until(5)
        assert other.texts == customer.texts
        await customer.say("m2", "/echo 2")
        await asyncio.gather(other.until(7), customer.until(7))
        assert other.texts == customer.texts
        for node in bot.nodes:
            async with httpx.AsyncClient(base_url=f"http://{node.address}") as http:
                assert (await http.get("/health")).status_code == 200
                assert (await http.get("/ready")).json()["channels"] == ["web"]
                assert (await http.get("/")).status_code == (404 if node.role == "worker" else 200)


async def test_nodes_that_do_everything_work_together(database: str, tmp_path: Path) -> None:
    async with cluster(database, tmp_path, "all", "all") as bot:
        customers = [Customer([bot.nodes[n % 2].address]) for n in range(4)]
        await asyncio.gather(*(_talk(customer, 9) for customer in customers))
        for customer in customers:
            _judge(customer, 9)


async def test_a_flood_keeps_its_order_over_workers(database: str, tmp_path: Path) -> None:
    async with cluster(database, tmp_path, "web", "worker", "worker") as bot:
        customer = Customer([bot.nodes[0].address])
        await _hurry(customer, 80)
        _judge(customer, 80, talk=("/echo {}",))


HEARD = """\
flows:
  on_start: {steps: [{say: Hello!}]}
  on_no_match: {steps: [{say: 'Heard {{ message.text }}'}]}
  echo:
    start: {commands: [echo]}
    steps: [{say: '{{ message.text }}'}]
"""


def _bot(folder: Path, settings: str) -> Path:
    made = folder / "bot"
    made.mkdir()
    web = "{rate: 1000, burst: 1000, secret: a secret of the tests}"
    text = f"name: Heard\nchannels: {{web: {web}}}\nstore: ${{STORE}}\n{settings}\n"
    (made / "bot.yaml").write_text(text, encoding="utf-8")
    (made / "flows.yaml").write_text(HEARD, encoding="utf-8")
    return made


async def _say_all(customer: Customer, *texts: str) -> None:
    for n, text in enumerate(texts, len(customer.shown)):
        await customer.say(f"m{n}", text)


def _replies(customer: Customer) -> list[str]:
    return [text for key, text in customer.shown.items() if not key.startswith("m")][1:]  # the greeting is first


async def test_a_burst_becomes_one_turn_whoever_took_its_messages(database: str, tmp_path: Path) -> None:
    bot = _bot(tmp_path, "turns: {merge_within: 5s}")
    async with cluster(database, tmp_path, "web", "web", "worker", "worker", bot=bot) as made:
        left, right = Customer([made.nodes[0].address]), Customer([made.nodes[1].address])
        await left.open()
        await left.until(1)  # what opens a page ends a burst too
        right._chat = left._chat
        await right.open()
        await right.until(1)
        await left.say("m0", "one")
        await right.say("m1", "two")
        await left.say("m2", "three")
        await left.until(5)
        assert _replies(left) == ["Heard one\ntwo\nthree"]


async def test_what_steers_ends_the_waiting_on_another_node(database: str, tmp_path: Path) -> None:
    bot = _bot(tmp_path, "turns: {merge_within: 30s}")
    async with cluster(database, tmp_path, "web", "worker", "worker", bot=bot) as made:
        customer = Customer([made.nodes[0].address])
        await customer.open()
        await customer.until(1)
        await _say_all(customer, "one", "two", "/echo now")
        await customer.until(6, 20)
        assert _replies(customer) == ["Heard one\ntwo", "/echo now"]


async def test_a_burst_survives_the_worker_that_waited_for_its_end(database: str, tmp_path: Path) -> None:
    bot = _bot(tmp_path, "turns: {merge_within: 3s}")
    async with cluster(database, tmp_path, "web", "worker", bot=bot) as made:
        customer = Customer([made.nodes[0].address])
        await customer.open()
        await customer.until(1)
        await _say_all(customer, "one", "two")
        await made.nodes[1].end(signal.SIGKILL)
        await made.start("worker")
        await customer.until(4)
        assert _replies(customer) == ["Heard one\ntwo"]
        await _say_all(customer, "three")
        told_to_end = made.nodes[2]
        await made.start("worker")
        assert await told_to_end.end(signal.SIGTERM) == 0
        await customer.until(6)
        assert _replies(customer) == ["Heard one\ntwo", "Heard three"]


async def test_a_long_queue_is_refused_whoever_took_it(database: str, tmp_path: Path) -> None:
    bot = _bot(tmp_path, "limits: {waiting: 5}")
    async with cluster(database, tmp_path, "web", bot=bot) as made:
        customer = Customer([made.nodes[0].address])
        await customer.open()
        await _say_all(customer, *(f"n{n}" for n in range(40)))
        await made.start("worker")
        await customer.until(46)
        replies = _replies(customer)
        assert replies[:4] == [f"Heard n{n}" for n in range(4)]  # the fifth that waits is the opening of the page
        assert len(replies) == 5
        assert "Heard" not in replies[4]  # one polite word for the thirty-six
        await customer.say("m40", "n40")
        await customer.until(48)
        assert _replies(customer)[-1] == "Heard n40"


async def test_a_web_node_gives_what_another_took(database: str, tmp_path: Path) -> None:
    content = sample("lamp.png", 600_000)
    async with cluster(database, tmp_path, "web", "web", "worker") as bot:
        first, second = bot.nodes[0].address, bot.nodes[1].address
        customer = Customer([first])
        await customer.open()
        await customer.until(1)
        signed = {"x-chat": customer._chat["chat"], "x-chat-token": customer._chat["token"]}
        async with httpx.AsyncClient() as http:
            taken = await http.post(f"http://{first}/web/files?name=a.png", content=content, headers=signed)
            file = taken.json()
            assert (await http.get(f"http://{second}/{file['url']}")).content == content
            await customer.leave()
            other = Customer([second])
            other._chat = customer._chat
            await other.open()
            await other.say("m1", "", files=[file["ref"]])
            await other.until(3)
            assert other.texts[-1].startswith("Thanks, I've received your file")
            await bot.nodes[0].end(signal.SIGKILL)
            assert (await http.get(f"http://{second}/{file['url']}")).content == content
            stranger = file["url"].replace("key=", "key=x")
            assert (await http.get(f"http://{second}/{stranger}")).status_code == 404


async def test_a_person_at_a_web_node_serves_a_customer_of_another(database: str, tmp_path: Path) -> None:
    async with cluster(database, tmp_path, "web", "web", "worker") as bot:
        customer = Customer([bot.nodes[0].address])
        await customer.open()
        await customer.until(1)
        await customer.say("m1", "I want to talk to a person")
        await customer.until(3)
        desk = HTTPDesk(bot.nodes[1].address, token_of(keep_secret(COUNTER)), "ann")
        async with asyncio.timeout(PATIENCE), aclosing(desk.watch()) as changes:
            new = await anext(changes)
            assert (new.kind, new.case.conversation, new.case.owner) == ("new", customer.conversation, "queue")
            await desk.claim(customer.conversation, "ann")
            while (await anext(changes)).case.agent != "ann":
                pass
            await desk.reply(customer.conversation, "ann", "Hello, I am Ann")
            await customer.until(4)
            await customer.say("m2", "/echo nobody hears it but Ann")
            while (await anext(changes)).case.last != "/echo nobody hears it but Ann":
                pass
            assert (await desk.give_back(customer.conversation, "ann")).owner == "bot"
            await customer.until(6)
        assert customer.texts[3] == "Hello, I am Ann"
        assert customer.texts[-1].startswith("I'm back")
