"""Jobs as bytes: a wake-up is its conversation, a call is packed with it."""

import logging

import msgspec

from botkit.model import codec
from botkit.model.replies import Call
from botkit.ports.carriers import Job

_log = logging.getLogger(__name__)


def write_wake(conversation: str) -> bytes:
    """Give a wake-up as bytes."""
    return conversation.encode("utf-8", "surrogatepass")


def write_call(conversation: str, call: Call) -> bytes:
    """Give a call as bytes."""
    return msgspec.msgpack.encode((conversation, codec.encode_call(call)))


def read_wake(payload: bytes) -> Job:
    """Read a wake-up."""
    return Job(payload.decode("utf-8", "surrogatepass"))


def read_call(payload: bytes) -> Job | None:
    """Read a call; None, and a line in the log, for one that another version of botkit wrote: the sweep finds it."""
    try:
        conversation, call = msgspec.msgpack.decode(payload, type=tuple[str, bytes])
        return Job(conversation, codec.decode_call(call))
    except (msgspec.DecodeError, ValueError) as error:
        _log.warning("a job cannot be read: %s", type(error).__name__, extra={"action": "carrier"})
        return None
