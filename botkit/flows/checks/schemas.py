"""As much of JSON Schema as actions' signatures need: does a constant fit, does a result have a part."""

from collections.abc import Iterator, Mapping
from typing import Any

from botkit.flows.checks.formulas import is_template

Schema = Mapping[str, Any]

_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def alternatives(schema: Any, root: Schema) -> Iterator[Schema]:
    """List the schemas that a schema stands for: references followed, `anyOf` and `oneOf` spread."""
    stack, seen = [schema], set()
    while stack:
        one = stack.pop()
        if not isinstance(one, Mapping):
            yield {}
            continue
        reference = one.get("$ref")
        spread = one.get("anyOf") or one.get("oneOf") or one.get("allOf")
        if isinstance(reference, str):
            if reference not in seen:
                seen.add(reference)
                stack.append(_referred(reference, root))
        elif spread:
            stack.extend(reversed(spread))
        else:
            yield one


def _referred(reference: str, root: Schema) -> Any:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def missing_part(schema: Schema, path: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """Tell how far `path` leads into data of this schema, if it certainly leads out of it.

    Gives the position of the part that is not there and the names that are; None if the data may have it all.
    """
    here = list(alternatives(schema, schema))
    for position, part in enumerate(path):
        below: list[Schema] = []
        known: dict[str, None] = {}
        for one in here:
            properties = one.get("properties", {})
            rest = one.get("additionalProperties")
            if part in properties:
                below.extend(alternatives(properties[part], schema))
            elif rest or _may_have_anything(one):
                return None
            else:
                known.update(dict.fromkeys(properties))
        if not below:
            return position, tuple(known)
        here = below
    return None


def _may_have_anything(schema: Schema) -> bool:
    """Tell whether nothing is said of a schema's parts. Dates and times are texts here, but have fields."""
    if "properties" in schema:
        return False
    return "type" not in schema or schema["type"] == "object" or "format" in schema


def misfit(schema: Any, data: Any, root: Schema) -> str:
    """Say in words what was wanted if a constant does not fit; empty if it does, or may.

    Texts with templates in them fit everything: what they give is known only when they are evaluated.
    """
    if isinstance(data, str) and is_template(data):
        return ""
    found = list(alternatives(schema, root))
    if any(_fits(one, data, root) for one in found):
        return ""
    return " or ".join(dict.fromkeys(_wanted(one) for one in found))


def _fits(schema: Schema, data: Any, root: Schema) -> bool:
    if "enum" in schema and data not in schema["enum"]:
        return False
    if "const" in schema and data != schema["const"]:
        return False
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    return not kinds or any(_is(kind, data) and _inside(kind, schema, data, root) for kind in kinds)


def _is(kind: str, data: Any) -> bool:
    match kind:
        case "string":
            return isinstance(data, str)
        case "boolean":
            return isinstance(data, bool)
        case "integer":
            return isinstance(data, int) and not isinstance(data, bool)
        case "number":
            return isinstance(data, int | float) and not isinstance(data, bool)
        case "array":
            return isinstance(data, list | tuple)
        case "object":
            return isinstance(data, Mapping)
        case _:
            return data is None


def _inside(kind: str, schema: Schema, data: Any, root: Schema) -> bool:
    """Check the parts of lists and mappings; data is no deeper than the reader of YAML lets it be."""
    if kind == "array" and "items" in schema:
        return not any(misfit(schema["items"], item, root) for item in data)
    if kind == "object":
        properties = schema.get("properties", {})
        if any(name not in data for name in schema.get("required", ())):
            return False
        return not any(misfit(properties[name], item, root) for name, item in data.items() if name in properties)
    return True


def _wanted(schema: Schema) -> str:
    if "enum" in schema:
        return " or ".join(repr(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    kinds = schema["type"]
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    names = " or ".join(_NAMES.get(kind, "nothing") for kind in kinds)
    parts = ", ".join(schema.get("required", ())) if "object" in kinds else ""
    items = schema.get("items") if "array" in kinds else None
    of = (
        f" of {_NAMES[items['type']].removeprefix('a ')}s"
        if isinstance(items, Mapping) and items.get("type") in _PLURAL
        else ""
    )
    return names + (f" with {parts}" if parts else of)


_PLURAL = frozenset({"string", "integer", "number"})


def named(schema: Any, root: Schema) -> str:
    """Say in words what a schema wants."""
    return " or ".join(dict.fromkeys(_wanted(one) for one in alternatives(schema, root) if "type" in one))


_FORMATS: Mapping[str, frozenset[str]] = {
    "date": frozenset({"day"}), "date-time": frozenset({"day", "number"}), "time": frozenset({"time", "number"}),
    "duration": frozenset({"duration", "number"}), "money": frozenset({"money"}),
}  # fmt: skip
_SURELY_NOT: Mapping[str, frozenset[str]] = {
    "string": frozenset({"day", "time", "duration", "money", "truth"}),
    **dict.fromkeys(("integer", "number", "boolean"), frozenset({"day", "time", "duration", "money"})),
    **dict.fromkeys(("array", "null"), frozenset({"day", "time", "duration", "money", "truth", "number", "text"})),
    "object": frozenset({"day", "time", "duration", "truth", "number", "text"}),
}


def takes(schema: Any, kind: str, root: Schema) -> bool:
    """Tell whether a schema may take a slot's value of a kind (`kinds.Family`), as pydantic reads values.

    A text may be read as anything that has a written form, and a number stands for itself in a text.
    """
    return any(_takes(one, kind) for one in alternatives(schema, root))


def _takes(schema: Schema, kind: str) -> bool:
    if "enum" in schema or "const" in schema or "type" not in schema:
        return True
    known = _FORMATS.get(schema.get("format", ""))
    if known is not None and (kind in known or (kind == "text" and schema["type"] == "string")):
        return True
    kinds = (schema["type"],) if isinstance(schema["type"], str) else schema["type"]
    return any(kind not in _SURELY_NOT.get(one, ()) for one in kinds)


def offender(schema: Any, data: Any, root: Schema) -> str:
    """Name a constant that does not fit, with the first item or part in it that is to blame."""
    for one in alternatives(schema, root):
        if isinstance(data, list):
            items = [item for item in data if misfit(one.get("items", {}), item, root)]
            return f"a list with {described(items[0])}" if items else described(data)
        if isinstance(data, Mapping):
            properties = one.get("properties", {})
            parts = [name for name in data if name in properties and misfit(properties[name], data[name], root)]
            return f"a mapping whose '{parts[0]}' is {described(data[parts[0]])}" if parts else described(data)
    return described(data)


def described(data: Any) -> str:
    """Name a constant for a message: `the text 'x'`, `the number 5`, `a list`."""
    match data:
        case None:
            return "nothing"
        case bool():
            return "true" if data else "false"
        case int() | float():
            return f"the number {data}"
        case str():
            return f"the text {data[:40]!r}"
        case _:
            return "a mapping" if isinstance(data, Mapping) else "a list"
