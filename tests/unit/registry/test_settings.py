"""Settings: what does not fit is told with the key as it stands in bot.yaml."""

from typing import Any

import pytest
from pydantic import BaseModel, Field, model_validator

from botkit.errors import ConfigError
from botkit.registry.settings import read_settings


class Server(BaseModel):
    url: str
    tries: int = 1


class Shop(BaseModel):
    server: Server | dict[str, int] = {}
    mode: int | bool = 1
    names: list[int] = []
    page: int = Field(default=1, alias="page-size")

    @model_validator(mode="after")
    def _whole(self) -> "Shop":
        if self.names == [0]:
            raise ValueError("names are not nought")
        return self


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"server": {"url": "x", "tries": "many"}}, [("server", "tries"), ("server", "url")]),
        ({"server": {"tries": "x"}, "mode": [1]}, [("server", "url"), ("server", "tries"), ("mode",)]),
        ({"names": [1, "two", "three"]}, [("names", 1), ("names", 2)]),
        ({"page-size": "x"}, [("page-size",)]),
        ({"names": [0]}, [()]),
        ({"nmaes": [], "colour": 1}, [("nmaes",), ("colour",)]),
        ([], [()]),
    ],
)
def test_each_wrong_key_is_one_fault(given: Any, faults: list[Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        read_settings(Shop, given, "plugin './shop.py'")
    assert [fault.key for fault in refused.value.faults] == faults


def test_what_is_said_is_what_stands_there() -> None:
    with pytest.raises(ConfigError) as refused:
        read_settings(Shop, {"mode": "x", "names": [1, "sesame"], "nmaes": 1}, "plugin './shop.py'")
    assert str(refused.value) == "plugin './shop.py': nmaes: there is no such setting (did you mean 'names'?)"
    with pytest.raises(ConfigError) as refused:
        read_settings(Shop, {"mode": "x", "names": [1, "sesame"]}, "channels.shop")
    mode, names = refused.value.faults
    assert mode.message.startswith("channels.shop.mode: Input should be a valid integer")
    assert ", or: Input should be a valid boolean" in mode.message
    assert names.message.startswith("channels.shop.names[1]: Input should be a valid integer")
    assert "sesame" not in str(refused.value)
