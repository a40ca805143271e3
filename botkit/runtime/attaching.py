"""Files of a message that was received: they are its conversation's, and noted as sent before it is stored."""

from msgspec.structs import replace

from botkit.model.events import Message
from botkit.ports.connectors import Incoming
from botkit.ports.files import Files, is_ref


async def attach(files: Files, incoming: Incoming) -> Incoming:
    """Give a delivery whose files its conversation holds; others go from it, as if they had not been sent.

    A file by an address of the platform's is left as it is. Raises errors.StoreError.
    """
    event = incoming.event
    if not isinstance(event, Message) or not event.files:
        return incoming
    ours = [file.ref for file in event.files if is_ref(file.ref)]
    held = await files.send(incoming.conversation, ours) if ours else frozenset()
    kept = tuple([file for file in event.files if not is_ref(file.ref) or file.ref in held])
    return incoming if len(kept) == len(event.files) else replace(incoming, event=replace(event, files=kept))
