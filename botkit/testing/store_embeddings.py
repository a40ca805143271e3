"""The contract of a store, its part of the embeddings of a bot's own texts."""

import asyncio
from collections.abc import Callable

import pytest

from botkit.errors import StoreError
from botkit.ports.embeddings import TOUCHED
from botkit.ports.stores import Store
from botkit.testing.store_leases import Workers, opened
from botkit.testing.stored import NOW

VECTORS = {bytes([number]) * 16: bytes([number, 0, 255]) * 256 for number in range(3)}
MANY = 1000


class EmbeddingContract:
    """What holds of `Store.embeddings`; a part of StoreContract."""

    async def test_vectors_are_found_by_their_digests(self, store: Store) -> None:
        digests = list(VECTORS)
        assert dict(await store.embeddings.find(digests, NOW)) == {}
        await store.embeddings.keep(dict(list(VECTORS.items())[:2]), NOW)
        assert dict(await store.embeddings.find([*digests, digests[0]], NOW)) == dict(list(VECTORS.items())[:2])
        assert dict(await store.embeddings.find([], NOW)) == {}
        await store.embeddings.keep({}, NOW)

    async def test_a_later_vector_takes_the_place_of_an_earlier_one(self, store: Store) -> None:
        digest = next(iter(VECTORS))
        await store.embeddings.keep(VECTORS, NOW)
        await store.embeddings.keep({digest: b"other"}, NOW + 1)
        assert dict(await store.embeddings.find(list(VECTORS), NOW)) == {**VECTORS, digest: b"other"}

    async def test_what_nobody_used_goes(self, store: Store) -> None:
        await store.embeddings.keep(VECTORS, NOW)
        digests = list(VECTORS)
        later = NOW + 10 * TOUCHED
        await store.embeddings.find(digests[:1], later)
        await store.embeddings.keep({digests[1]: VECTORS[digests[1]]}, later)
        assert await store.embeddings.drop(later - TOUCHED) == 1
        assert await store.embeddings.drop(later - TOUCHED) == 0
        assert sorted(await store.embeddings.find(digests, later)) == digests[:2]

    @pytest.mark.parametrize("odd", [b"", b"\0", b"\xff" * 64, "衣服".encode()])
    async def test_whatever_bytes_they_are(self, store: Store, odd: bytes) -> None:
        await store.embeddings.keep({odd: odd}, NOW)
        assert dict(await store.embeddings.find([odd], NOW)) == {odd: odd}

    async def test_many_at_once(self, store: Store) -> None:
        many = {number.to_bytes(16): b"\1\2" * 384 for number in range(MANY)}
        halves = [dict(list(many.items())[start : start + 600]) for start in (0, 400)]
        await asyncio.gather(*[store.embeddings.keep(half, NOW) for half in halves])
        assert dict(await store.embeddings.find(list(many), NOW + TOUCHED + 1)) == many
        assert await store.embeddings.drop(NOW + 1) == 0
        assert await store.embeddings.drop(NOW + TOUCHED + 2) == MANY

    async def test_they_outlive_the_process(self, store: Store, reopen: Callable[[], Store] | None) -> None:
        if reopen is None:
            pytest.skip("this store forgets at its end")
        await store.embeddings.keep(VECTORS, NOW)
        await store.close()
        again = reopen()
        await again.open()
        assert dict(await again.embeddings.find(list(VECTORS), NOW)) == VECTORS
        await again.close()

    async def test_every_worker_finds_them(self, workers: Workers | None) -> None:
        async with opened(workers, 60.0, 60.0) as (a, b):
            await a.embeddings.keep(VECTORS, NOW)
            assert dict(await b.embeddings.find(list(VECTORS), NOW)) == VECTORS

    async def test_a_closed_store_says_so(self, store: Store) -> None:
        await store.close()
        for job in (
            store.embeddings.find([b"x"], NOW),
            store.embeddings.keep(VECTORS, NOW),
            store.embeddings.drop(NOW),
        ):
            with pytest.raises(StoreError):
                await job
