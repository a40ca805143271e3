"""Settings of plugins and channels: what stands in bot.yaml, checked by the pydantic model of who reads it."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botkit.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import BaseModel


def read_settings(model: "type[BaseModel] | None", raw: object, path: str) -> "BaseModel | None":
    """Give the validated settings, None without a model. Raises ConfigError with the key's path, not its value."""
    given = {} if raw is None else raw
    if not isinstance(given, Mapping):
        raise ConfigError(f"{path}: settings are a mapping, not a {type(given).__name__}")
    if model is None:
        if given:
            raise ConfigError(f"{path}: it takes no settings, but '{next(iter(given))}' is set")
        return None
    from pydantic import ValidationError  # a bot without models does not wait for it

    _check_keys(model, given, path)
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise ConfigError("; ".join(_line(path, one["loc"], one["msg"]) for one in found)) from None
    except Exception as error:
        raise ConfigError(f"{path}: its check failed with {type(error).__name__}") from error


def _check_keys(model: "type[BaseModel]", given: Mapping[Any, Any], path: str) -> None:
    if model.model_config.get("extra") == "allow":
        return
    known = [name for key, field in model.model_fields.items() for name in (key, field.alias) if name]
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(known) or 'none'}"
            raise ConfigError(f"{path}.{key}: there is no such setting", hint=hint)


def _line(path: str, where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join([path, *map(str, where)])}: {message.removeprefix('Value error, ')}"
