"""A typed function read as a schema: pydantic makes the JSON Schema of its arguments and checks a call's.

It is loaded with the first action: a bot without plugins starts sooner.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any

import msgspec

from botkit.errors import ArgumentsError, Place, RegistryError, ResultError
from botkit.registry.contexts import Context

if TYPE_CHECKING:
    from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

_CONFIG: "ConfigDict" = {"extra": "forbid", "coerce_numbers_to_str": True}
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Signature(msgspec.Struct, frozen=True):
    """What a function takes after `ctx`, and gives.

    Its `arguments` are checked by a model of pydantic, or by `reader`, which gives them or raises ArgumentsError.
    `optional` are the parameters whose default is meant where none is passed and None is not allowed. `named` are
    the fields of `arguments`, each with its parameter.
    """

    arguments: "type[BaseModel] | None"
    parameters: dict[str, Any]
    returns: dict[str, Any]
    result: "TypeAdapter[Any] | None" = None
    optional: frozenset[str] = frozenset()
    named: tuple[tuple[str, str], ...] = ()
    reader: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None


def place_of(function: Callable[..., Any]) -> Place:
    """Give where a function is defined."""
    code = getattr(function, "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code else Place()


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read the signature of an action. Raises RegistryError, with the function's place, for what has no schema."""
    hints = read_hints(function)
    first, *rest = _parameters(function)
    if hints.get(first.name) is not Context:
        raise _error(function, "has no context", "its first parameter has to be `ctx: Context`")
    fields: dict[str, Any] = {}
    for parameter in rest:
        _check_parameter(function, parameter, hints)
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    arguments, parameters = _arguments(function, fields)
    result, returns = _result(function, hints.get("return", Any))
    named = tuple((field, str(known.alias)) for field, known in arguments.model_fields.items())
    return Signature(arguments, parameters, returns, result, _optional(fields), named)


def read_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Resolve a function's annotations. Raises RegistryError for what is no plain function or names no type."""
    if not isinstance(function, FunctionType):
        raise RegistryError(f"{function!r} is not a function", hint="decorate a `def` or an `async def`")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise _error(function, "yields", "return a value instead")
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception as error:
        hint = "types in a signature have to be importable where the module runs, not only for type checkers"
        raise _error(function, f"has an annotation that cannot be read: {error}", hint) from error


def takes(function: Callable[..., Any], count: int) -> bool:
    """Tell whether a function can be called with so many arguments by position."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    return True


def bind(signature: Signature, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check the arguments of a call and give them as the function wants them. Raises ArgumentsError.

    pydantic's lax mode: `'2'` is a 2 where an int is wanted, and 2 a `'2'` where a text is.
    """
    if signature.reader is not None or signature.arguments is None:
        return signature.reader(arguments) if signature.reader is not None else dict(arguments)
    given, optional = arguments, signature.optional
    if optional:
        given = {name: value for name, value in arguments.items() if value is not None or name not in optional}
    try:
        checked = signature.arguments.model_validate(given)
    except _validation_error() as error:
        raise ArgumentsError(describe(error)) from None
    return {name: getattr(checked, field) for field, name in signature.named}


def check_result(signature: Signature, value: Any) -> Any:
    """Check a result against the return annotation. Raises ResultError."""
    if signature.result is None:
        return value
    try:
        return signature.result.validate_python(value)
    except _validation_error() as error:
        raise ResultError(describe(error)) from None


def _validation_error() -> "type[ValidationError]":
    from pydantic import ValidationError

    return ValidationError


def describe(error: "ValidationError") -> str:
    """Say what pydantic found wrong, without the values: `lines.0.number: Field required; ...`."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [": ".join(part for part in (".".join(map(str, one["loc"])), one["msg"]) if part) for one in found]
    return "; ".join(lines[:5]) + ("; ..." if len(lines) > 5 else "")


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters:
        raise _error(function, "has no context", "its first parameter has to be `ctx: Context`")
    return parameters


def _check_parameter(function: Callable[..., Any], parameter: inspect.Parameter, hints: Mapping[str, Any]) -> None:
    if parameter.kind not in _NAMED:
        raise _error(function, f"takes '{parameter}'", "arguments are passed by name: give each a name of its own")
    if parameter.name not in hints:
        raise _error(function, f"has no type for '{parameter.name}'", f"write `{parameter.name}: str`, for example")


def _arguments(
    function: Callable[..., Any], fields: Mapping[str, tuple[Any, Any]]
) -> "tuple[type[BaseModel], dict[str, Any]]":
    from pydantic import Field, PydanticUserError, create_model

    try:
        # Fields have names of their own, so that a parameter may be called `json` or `copy`.
        named: dict[str, Any] = {
            f"argument{n}": (hint, Field(default, alias=name))
            for n, (name, (hint, default)) in enumerate(fields.items())
        }
        model: type[BaseModel] = create_model(function.__name__, __config__=_CONFIG, **named)
        schema = _untitled(model.model_json_schema())
    except (PydanticUserError, TypeError, ValueError) as error:
        raise _error(function, f"has a parameter that no JSON can carry: {_first_line(error)}") from error
    return model, schema


def _result(function: Callable[..., Any], hint: Any) -> "tuple[TypeAdapter[Any] | None, dict[str, Any]]":
    """Read the return annotation; a msgspec Struct is described but left to its author to be right."""
    from pydantic import PydanticUserError, TypeAdapter

    if hint is Any:
        return None, {}
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        return adapter, _untitled(adapter.json_schema(mode="serialization"))
    except PydanticUserError as error:
        try:
            return None, msgspec.json.schema(hint)
        except TypeError:
            raise _error(function, f"returns what no JSON can carry: {_first_line(error)}") from error


def _optional(fields: Mapping[str, tuple[Any, Any]]) -> frozenset[str]:
    return frozenset(name for name, (hint, default) in fields.items() if default is not ... and not _takes_none(hint))


def _takes_none(hint: Any) -> bool:
    from pydantic import TypeAdapter

    try:
        TypeAdapter(hint).validate_python(None)
    except _validation_error():
        return False
    return True


def _untitled(schema: Any, naming: bool = False) -> Any:
    """Drop pydantic's titles, which only repeat names; a property that is called `title` stays."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(item, key in ("properties", "$defs") and not naming)
        for key, item in schema.items()
        if naming or key != "title"
    }


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _error(function: Callable[..., Any], found: str, hint: str = "") -> RegistryError:
    return RegistryError(f"'{function.__name__}' {found}", place=place_of(function), hint=hint)
