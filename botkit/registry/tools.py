"""Tools as a plugin: what an MCP server offers becomes actions of its name, like those of any other plugin."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botkit.errors import NOWHERE, ArgumentsError
from botkit.model.catalogue import ActionSpec
from botkit.registry.contexts import Context
from botkit.registry.hooks import Action
from botkit.registry.offers import Offer
from botkit.registry.plugins import Plugin
from botkit.registry.servers import Connection, ServerSettings, Told, ToolSettings
from botkit.registry.signatures import Signature

RETRIES: Final = 2  # of a tool that reads
_LOOSE: Final = frozenset({"pattern", "patternProperties", "format", "$schema", "$id", "description", "title"})


def plugin_of(settings: ServerSettings, offers: Sequence[Offer], told: Told | None = None) -> Plugin:
    """Give a server as a plugin: an action for each tool that is offered, or that bot.yaml names.

    A tool changes something unless bot.yaml says that it reads, or trusts a server that does.
    """
    plugin = Plugin(settings.name)
    known = {offer.action for offer in offers}
    named = [Offer(tool) for tool in settings.tools if Offer(tool).action not in known]
    for offer in (*offers, *named):
        plugin.actions[offer.action] = _action(settings, offer)

    async def start(_: Any) -> Connection:
        connection = Connection(settings, told)
        connection.open()
        return connection

    async def stop(connection: Connection) -> None:
        await connection.close()

    plugin.start(start)
    plugin.stop(stop)
    return plugin


def _action(settings: ServerSettings, offer: Offer) -> Action:
    said = settings.tools.get(offer.name) or settings.tools.get(offer.action) or ToolSettings()
    effect = said.effect or ("read" if offer.reads and settings.trust else "write")
    spec = ActionSpec(
        name=f"{settings.name}.{offer.action}",
        effect=effect,
        parameters=offer.parameters,
        returns=offer.returns,
        timeout=said.timeout or settings.timeout,
        idempotent=said.idempotent,
        description=offer.description,
    )
    signature = Signature(None, offer.parameters, offer.returns, reader=checking(offer.parameters))
    tries = RETRIES if effect == "read" or said.idempotent else 0
    return Action(spec, _calling(offer.name), signature, tries, NOWHERE)


def _calling(tool: str) -> Callable[..., Any]:
    async def call(ctx: Context, /, **arguments: Any) -> Any:
        connection: Connection = ctx.state
        return await connection.call(tool, arguments)

    return call


def checking(schema: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Give what checks arguments against a JSON Schema of another house; its patterns are left to the server.

    Raises ArgumentsError, which says what is wrong and where, never the value.
    """
    validators: list[Any] = []

    def read(arguments: Mapping[str, Any]) -> dict[str, Any]:
        if not validators:
            validators.append(_validator(schema))
        given = {name: value for name, value in arguments.items() if value is not None or _takes_none(schema, name)}
        try:
            wrong = [] if validators[0] is None else [_described(one) for one in validators[0].iter_errors(given)][:5]
        except Exception as error:  # noqa: BLE001 - a schema of others may be anything
            raise ArgumentsError(f"the tool's schema cannot be used ({type(error).__name__})") from None
        if wrong:
            raise ArgumentsError("; ".join(wrong))
        return given

    return read


def _validator(schema: Mapping[str, Any]) -> Any:
    """Give what validates by a schema; None where the library is not there, and no tool can be called."""
    try:
        from jsonschema.validators import Draft202012Validator
        from referencing import Registry
    except ImportError:
        return None
    return Draft202012Validator(_loosened(schema), registry=Registry())


def _loosened(schema: Any, *, names: bool = False) -> Any:
    """Leave out what costs time without bound, or says nothing; properties may be called like that all the same."""
    if isinstance(schema, list | tuple):
        return [_loosened(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: _loosened(value, names=key in ("properties", "$defs", "definitions") and not names)
        for key, value in schema.items()
        if names or key not in _LOOSE
    }


def _takes_none(schema: Mapping[str, Any], name: str) -> bool:
    properties = schema.get("properties")
    said = properties.get(name) if isinstance(properties, Mapping) else None
    return isinstance(said, Mapping) and "null" in str(said)


def _described(error: Any) -> str:
    place = ".".join(map(str, error.absolute_path))
    match error.validator:
        case "required" | "additionalProperties" | "unevaluatedProperties" | "dependentRequired":
            what = str(error.message)[:200] if error.validator == "required" else "it has a name that is not known"
        case "type":
            what = f"it is no {error.validator_value}"
        case "enum":
            what = f"it is none of {str(error.validator_value)[:200]}"
        case other:
            what = f"it does not fit {other} {str(error.validator_value)[:80]}"
    return f"{place}: {what}" if place else what
