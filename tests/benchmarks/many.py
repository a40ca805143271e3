"""Bots with many flows or intents, and stores with many conversations: what the curves are measured on."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from botkit.model import codec
from botkit.stores.packing import pack, unpack
from tests.benchmarks.talk import BOT

_VERB_LIST = (
    "activate adjust allow approve archive assign attach block book borrow build buy calculate change claim clean close"
    " combine compare complete confirm connect copy correct delay delete design disable download draw edit enable"
    " exchange export extend file fix follow forward import insure invite join lend lock measure merge migrate move"
    " notify order pack paint park pause pay plan polish print protect publish redeem refill register remove rename"
    " renew rent repair replace report reserve reset restore resume review revoke schedule sell share sign sort split"
    " store stop submit swap switch tag test track transfer translate trim unlock update upgrade upload validate verify"
)
_NOUN_LIST = (
    "account address adapter alarm album antenna apron badge balcony basket battery bedroom bicycle blanket bottle box"
    " bracelet bridge brochure bucket cabinet cable calendar camera candle carpet catalogue ceiling certificate chain"
    " chair charger clock coat contract coupon cradle cushion deposit desk device diary discount dishwasher display door"
    " drawer engine envelope fabric fence filter folder fountain freezer garage garden gift glove guitar hammer handle"
    " helmet hinge hose invoice jacket kettle keyboard ladder lamp laptop licence locker magazine mattress membership"
    " microphone mirror monitor motor mug napkin necklace newsletter notebook office oven parcel passport password pencil"
    " permit phone photo piano pillow pipe playlist poster printer profile pump radiator receipt recipe refund ring roof"
    " router rug sail saddle scanner scarf screen sensor shelf shirt shower sink sofa speaker stamp statement suitcase"
    " survey switchboard table tablet tent ticket tile towel trailer transmitter tripod trousers vase vehicle voucher"
    " wallet wardrobe warranty watch webcam wheel window wire workshop wreath"
)
_VERBS, _NOUNS = _VERB_LIST.split(), _NOUN_LIST.split()
_FORMS = (
    "I want to {verb} the {noun}",
    "can you {verb} my {noun}",
    "how do I {verb} a {noun}",
    "{verb} {noun}",
    "please help me {verb} our {noun} today",
)
_SAID = (
    "could somebody {verb} that old {noun} near the {other} for {name}, number {number}",
    "my {noun} is beside the {other} and {name} would like it if you {verb} it by {number}",
    "so about the {noun}, is it {name} who can {verb} one with a {other} like {number}",
)
_SYLLABLES = ("ba", "ki", "lo", "mu", "ne", "po", "ra", "su", "ti", "vo", "we", "za")


def _pairs(count: int) -> list[tuple[str, str]]:
    """Give so many pairs of a verb and a noun, spread evenly over both."""
    return [(_VERBS[n % len(_VERBS)], _NOUNS[(n + n // len(_VERBS)) % len(_NOUNS)]) for n in range(count)]


def write_intents(folder: Path, count: int) -> None:
    """Write the benchmarks' bot with so many intents more, of five examples each."""
    shutil.copytree(BOT, folder)
    lines = [
        f"  want_{n}: {{examples: [{', '.join(form.format(verb=verb, noun=noun) for form in _FORMS)}]}}\n"
        for n, (verb, noun) in enumerate(_pairs(count))
    ]
    flows = [f"  want_{n}: {{start: {{intents: [want_{n}]}}, steps: [say: It is done.]}}\n" for n in range(count)]
    (folder / "many.yaml").write_text(f"intents:\n{''.join(lines)}flows:\n{''.join(flows)}", encoding="utf-8")


def messages(seed: int) -> Iterator[str]:
    """Give messages without end, all different and equal to no example.

    Each is near one of the first ten intents, and has a word that was never heard before.
    """
    draw = random.Random(seed)
    known = _pairs(10)
    while True:
        verb, noun = draw.choice(known)
        name = "".join(draw.choices(_SYLLABLES, k=4))
        yield draw.choice(_SAID).format(
            verb=verb, noun=noun, other=draw.choice(_NOUNS), name=name, number=draw.randrange(10**6)
        )


def write_flows(folder: Path, count: int) -> None:
    """Write the benchmarks' bot so that it has so many flows, each with an intent and five steps."""
    shutil.copytree(BOT, folder)
    pairs = _pairs(count - 1)
    intents = "".join(f"  thing_{n}: {{examples: [{verb} the {noun}]}}\n" for n, (verb, noun) in enumerate(pairs))
    flows = "".join(
        f"  thing_{n}:\n    start: {{intents: [thing_{n}]}}\n    steps:\n"
        f"      - ask: which\n        say: Which {noun}?\n"
        f"      - if: which == 'none'\n        then: [end]\n"
        f"      - confirm: Shall I {verb} {{{{ which }}}}?\n"
        f"      - say: It is {{{{ which }}}}.\n"
        for n, (verb, noun) in enumerate(pairs)
    )
    (folder / "many.yaml").write_text(f"intents:\n{intents}flows:\n{flows}", encoding="utf-8")


_COLUMNS = "channel, accepted, processed, fence, turns, owner, touched, hour"
_COPY = f"INSERT INTO conversations (id, {_COLUMNS}, data) SELECT ?, {_COLUMNS}, ? FROM conversations WHERE key = ?"  # noqa: S608
_TURNS = (
    "INSERT INTO turns SELECT conversations.key, turns.seq, turns.data FROM conversations, turns"
    " WHERE conversations.key > ? AND turns.conversation = ? ORDER BY conversations.key, turns.seq"
)


def multiply(path: Path, conversation: str, count: int, seed: int = 1) -> list[str]:
    """Copy a stored conversation, its session and turns, until there are so many copies; give the copies' names.

    Names are random, as those of visitors are, so that neighbours in time are none in the index.
    """
    draw = random.Random(seed)
    names = [f"web:{draw.randbytes(8).hex()}" for _ in range(count)]
    db = sqlite3.connect(path, isolation_level=None)
    key, data = db.execute("SELECT key, data FROM conversations WHERE id = ?", (conversation,)).fetchone()
    session = codec.decode_session(unpack(data))
    (last,) = db.execute("SELECT max(key) FROM conversations").fetchone()
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    db.executemany(
        _COPY,
        (
            (name, pack(codec.encode_session(msgspec.structs.replace(session, conversation=name))), key)
            for name in names
        ),
    )
    db.execute(_TURNS, (last, key))
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return names
