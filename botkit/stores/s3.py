"""A bucket at a server that speaks the protocol of Amazon S3, through `obstore`.

A content is one PUT: a bucket shows no half of it, and what a crash cuts off leaves nothing there. What failed for a
moment (5xx, a connection that broke) is tried again by the client, within `_WITHIN`.
"""

import re
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from botkit.errors import BucketError, ConfigError, FileError, StoreError
from botkit.stores.buckets import BucketSettings
from botkit.stores.files import PART

if TYPE_CHECKING:
    from obstore.store import BackoffConfig

_CONNECT: Final = timedelta(seconds=5)
_REQUEST: Final = timedelta(seconds=20)  # from the first byte of a request to the last one of the answer
_WITHIN: Final = timedelta(seconds=10)  # after which nothing is tried again
_TRIES: Final = 3  # after the first
_PAUSES: Final["BackoffConfig"] = {
    "init_backoff": timedelta(milliseconds=200),
    "max_backoff": timedelta(seconds=2),
    "base": 2,
}

_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3})")
_KIND: Final = re.compile(r"kind: (Connect|Timeout|Interrupted)\b")
_KINDS: Final = {"Connect": "cannot be reached", "Timeout": "does not answer in time", "Interrupted": "broke off"}
_REGION: Final = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
_REDIRECT: Final = "redirect without LOCATION"  # which the client says of a 301
_KEYS: Final = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "InvalidSecurity"}
_FAULTS: Final = (BaseError, OSError, ValueError)  # what the client raises; FileNotFoundError is an OSError


class S3Bucket:
    """Implements `buckets.Bucket`."""

    def __init__(self, settings: BucketSettings) -> None:
        self._settings = settings
        config: dict[str, Any] = {"region": settings.region, "disable_bulk_delete": True}
        if settings.endpoint:
            config["endpoint"] = settings.endpoint
        if settings.key:
            config |= {"access_key_id": settings.key, "secret_access_key": settings.secret}
        try:
            self._store = S3Store(
                settings.bucket,
                prefix=settings.prefix or None,
                config=cast("Any", config),
                client_options={
                    "allow_http": settings.endpoint.startswith("http://"),
                    "connect_timeout": _CONNECT,
                    "timeout": _REQUEST,
                },
                retry_config={"max_retries": _TRIES, "retry_timeout": _WITHIN, "backoff": _PAUSES},
            )
        except _FAULTS as error:
            raise ConfigError(f"{settings.shown} cannot be asked: {type(error).__name__}") from None

    async def put(self, name: str, content: bytes) -> None:
        """Keep a content."""
        try:
            await obstore.put_async(self._store, name, content, use_multipart=False)
        except _FAULTS as error:
            raise self._explain(error) from None

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Read a content in chunks."""
        try:
            found = await obstore.get_async(self._store, name)
            async for chunk in found.stream(min_chunk_size=PART):
                yield bytes(chunk)
        except _FAULTS as error:
            if _is_missing(error):
                raise FileError("the file is gone", reason="missing") from None
            raise self._explain(error) from None

    async def has(self, name: str) -> bool:
        """Tell whether there is a content of this name; who may not list a bucket is refused what is not there."""
        try:
            await obstore.head_async(self._store, name)
        except (FileNotFoundError, PermissionDeniedError):
            return False
        except _FAULTS as error:
            raise self._explain(error) from None
        return True

    async def remove(self, names: Collection[str]) -> None:
        """Remove contents; where a server says that one is missing, the client leaves others: so each by itself."""
        try:
            await obstore.delete_async(self._store, list(names))
        except _FAULTS as error:
            if not _is_missing(error):
                raise self._explain(error) from None
            for name in names if len(names) > 1 else ():
                await self.remove([name])

    def _explain(self, error: Exception) -> StoreError:
        """Say in our words what went wrong: the client's hold what the server said."""
        code, status, kind = (_first(pattern, error) for pattern in (_CODE, _STATUS, _KIND))
        if code == "NoSuchBucket":
            reason, hint = "does not exist", "make it, or mend `files: {s3: {bucket: ...}}` in bot.yaml"
        elif code in _REGION or _REDIRECT in str(error):
            reason, hint = "is in another region", "look at region and endpoint under `files: {s3: ...}`"
        elif code in _KEYS or isinstance(error, UnauthenticatedError):
            reason, hint = f"refuses the keys ({code or status})", "look at key and secret under `files: {s3: ...}`"
        elif isinstance(error, PermissionDeniedError):
            reason = f"does not let the bot in ({code or status})"
            hint = "its keys have to be allowed to get, put and delete objects there"
        else:
            reason = _KINDS.get(kind) or f"failed ({' '.join(filter(None, (status, code))) or type(error).__name__})"
            return StoreError(f"{self._settings.shown} {reason}", reason=f"the bucket of files {reason}")
        return BucketError(f"{self._settings.shown} {reason}", reason=f"the bucket of files {reason}", hint=hint)


def _is_missing(error: Exception) -> bool:
    return isinstance(error, FileNotFoundError) and _first(_CODE, error) != "NoSuchBucket"


def _first(pattern: re.Pattern[str], error: Exception) -> str:
    found = pattern.search(str(error))
    return found[1] if found else ""
