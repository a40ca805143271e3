"""Fetching: what an address of the public Internet has, for channels whose platform does not fetch it itself."""

from collections.abc import Iterable

from botkit.errors import ConfigError, OutboundError
from botkit.ports.connectors import Fetched
from botkit.safety import open_client


async def fetch_public(url: str, allowed: Iterable[str] = ()) -> Fetched:
    """Give what is at an address. Raises OutboundError, also for what is not public and not `allowed`.

    What `safety: {allow_hosts: ...}` opens is for actions: an address may have come from a customer, who would be
    given what stands behind it.
    """
    try:
        import httpx

        client = open_client(allowed)
    except (ImportError, ConfigError) as error:
        raise OutboundError("files cannot be fetched without httpx", hint="pip install 'botkit[http]'") from error
    try:
        async with client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise OutboundError(f"the file could not be fetched: {type(error).__name__}") from error
    if answer.status_code != 200:
        raise OutboundError(f"the file could not be fetched: {answer.status_code}")
    return Fetched(answer.content, answer.headers.get("content-type", "").partition(";")[0].strip().lower())
