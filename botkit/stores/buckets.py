"""Buckets: places for the content of files beside the store, at any server that speaks the protocol of Amazon S3."""

import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Final, Protocol

import msgspec

from botkit.errors import ConfigError, FileError

PROBE: Final = "probe"


class BucketSettings(msgspec.Struct, frozen=True):
    """Which bucket it is, and with which keys: `files: {s3: ...}` of bot.yaml.

    `endpoint` is the URL of the server, Amazon's own of the region if empty. Without keys the machine's own are
    taken, as Amazon's tools find them. Names of objects begin with `prefix`. `lacks` are variables that nobody set.
    """

    bucket: str
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = ""
    prefix: str = ""
    lacks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Give it without the keys."""
        return f"BucketSettings({self.shown})"

    @property
    def shown(self) -> str:
        """The bucket in words that anybody may see."""
        return f"the bucket {self.bucket!r} at {self.endpoint or f'Amazon S3, {self.region}'}"


class Bucket(Protocol):
    """Keeps contents by names. Every method may raise errors.StoreError, which tells no key.

    It is a BucketError where somebody has to mend something."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep a content, whole or not at all."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """Read a content in chunks. Raises errors.FileError where there is none."""
        ...

    async def has(self, name: str) -> bool:
        """Tell whether there is a content of this name."""
        ...

    async def remove(self, names: Collection[str]) -> None:
        """Remove contents, those too that are not there."""
        ...


def open_bucket(settings: BucketSettings) -> Bucket:
    """Give a bucket; nobody is asked yet. Raises ConfigError where a package is missing."""
    try:
        from botkit.stores.s3 import S3Bucket  # its client is an extra
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed", hint="pip install 'botkit[s3]'") from error
    return S3Bucket(settings)


async def try_bucket(bucket: Bucket) -> None:
    """Write something into a bucket, read it and remove it, always under the same name.

    Raises BucketError where that is refused, StoreError where the bucket does not answer.
    """
    await bucket.put(PROBE, PROBE.encode())
    with contextlib.suppress(FileError):  # another process tries at the same time
        async for _ in bucket.read(PROBE):
            pass
    await bucket.remove([PROBE])
