"""A disk that is really full: nothing that was acknowledged is lost, and room is all that is needed."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from botkit.errors import StoreError
from botkit.model.events import Message
from botkit.stores import open_store
from tests.unit.runtime.running import Phone, Rig

SIZE = 8_000_000  # bytes


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of eight megabytes; only root may mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("there is no mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run([umount, folder], check=True)


def fill(disk: Path) -> None:
    """Take all the room that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_a_full_disk_loses_nothing_and_needs_nobody(disk: Path, durability: Literal["normal", "full"]) -> None:
    store, phone = open_store(f"sqlite:///{disk}/bot.db", durability), Phone()
    await store.open()
    rig = Rig(store, connectors={"phone": phone})
    await rig.engine.start()
    try:
        await fill_and_make_room(disk, rig, phone)
    finally:
        await rig.engine.stop()
        await store.close()


async def fill_and_make_room(disk: Path, rig: Rig, phone: Phone) -> None:
    accepted, refused = list[str](), list[str]()
    for number in range(120):
        if number == 20:
            fill(disk)
        text = f"/echo {number} {'long ' * 100}".strip()
        try:
            await rig.accept(Message(text), id_=f"d{number}")
            accepted.append(text)
        except StoreError:
            refused.append(text)
    assert refused, "the disk was never full"
    assert rig.engine.health.trouble == "the disk is full"
    with pytest.raises(StoreError):
        await rig.engine.leftovers.look()
    (disk / "ballast").unlink()
    await rig.engine.leftovers.look()
    assert rig.engine.health.trouble == ""
    await rig.rest()
    echoed = [text.removeprefix("/echo ") for text in accepted]
    assert [text.removeprefix("/echo ") for text in phone.texts] == echoed, "what was acknowledged is answered, once"
    for text in refused:  # the platform delivers again what was not acknowledged
        await rig.say(text, id_=f"d{text.split()[1]}")
    assert len(phone.texts) == 120
    assert len(set(phone.texts)) == 120
