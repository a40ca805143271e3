"""Settings of plugins and channels: what stands in bot.yaml, checked by the pydantic model of who reads it."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botkit.errors import ConfigError, Fault

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

CHANNELS: Final = "channels."


def read_settings(model: "type[BaseModel] | None", raw: object, whose: str) -> "BaseModel | None":
    """Give the validated settings, None without a model.

    Raises ConfigError with a fault for each wrong key. Messages begin with `whose` the settings are (`plugin 'shop'`,
    `channels.slack`) and the key as it stands in bot.yaml, and never have a value.
    """
    given = {} if raw is None else raw
    if not isinstance(given, Mapping):
        raise _refused([Fault((), f"{whose}: settings are a mapping, not a {type(given).__name__}")])
    if model is None:
        if given:
            key = next(iter(given))
            raise _refused([Fault((key,), f"{whose}: it takes no settings, but '{key}' is set")])
        return None
    from pydantic import ValidationError  # a bot without models does not wait for it

    if unknown := list(_unknown(model, given, whose)):
        raise _refused(unknown)
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise _refused(_faults(found, given, whose)) from None
    except Exception as error:
        raise _refused([Fault((), f"{whose}: its check failed with {type(error).__name__}")]) from error


def _refused(faults: Sequence[Fault]) -> ConfigError:
    if len(faults) == 1:
        return ConfigError(faults[0].message, hint=faults[0].hint, faults=faults)
    said = [f"{fault.message} ({fault.hint})" if fault.hint else fault.message for fault in faults]
    return ConfigError("; ".join(said), faults=faults)


def _unknown(model: "type[BaseModel]", given: Mapping[Any, Any], whose: str) -> Iterator[Fault]:
    if model.model_config.get("extra") == "allow":
        return
    known = [name for key, field in model.model_fields.items() for name in (key, field.alias) if name]
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(known) or 'none'}"
            yield Fault((key,), f"{_path(whose, (key,))}: there is no such setting", hint)


def _faults(found: "Sequence[ErrorDetails]", given: Mapping[Any, Any], whose: str) -> list[Fault]:
    """Give a fault for each key; what a union says of one, each of its types by itself, is one."""
    said: dict[tuple[str | int, ...], list[str]] = {}
    for one in found:
        key = _key(one["loc"], given, missing=one["type"] == "missing")
        said.setdefault(key, []).append(one["msg"].removeprefix("Value error, "))
    return [Fault(key, f"{_path(whose, key)}: {', or: '.join(messages)}") for key, messages in said.items()]


def _key(where: tuple[str | int, ...], given: Any, *, missing: bool) -> tuple[str | int, ...]:
    """Give the way to a setting as it was written: of pydantic's, without the types in it that it was tried as."""
    found: list[str | int] = []
    for part in where:
        known = given if isinstance(given, Mapping) else range(len(given)) if isinstance(given, list) else ()
        if part in known:
            given = given[part]
            found.append(part)
    return (*found, where[-1]) if missing else tuple(found)


def _path(whose: str, key: tuple[str | int, ...]) -> str:
    if not key:
        return whose
    way = "".join([f"[{part}]" if isinstance(part, int) else f".{part}" for part in key])
    return f"{whose}{way}" if whose.startswith(CHANNELS) else f"{whose}: {way.removeprefix('.')}"
