"""The JSON Schema of flow files, made from the tables in `language`, for editors."""

from typing import Any

from botkit.flows import durations
from botkit.flows.keys import NAME, STEP_ID, Key, Kind
from botkit.flows.language import FILE, MAPPINGS, TYPES
from botkit.flows.stepkinds import COMMON, LIMITS, STEP_KINDS

Schema = dict[str, Any]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list(item: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": item, **({"minItems": least} if least else {})}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, _list(item)]}


def _named(item: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": item}


def _limits(kind: str) -> Schema:
    limit = {"type": "integer", "minimum": 1}
    return {"type": "object", "properties": dict.fromkeys(LIMITS[kind], limit), "additionalProperties": False}


_WORD: Schema = {"type": ["string", "number", "boolean"]}
_NAME: Schema = {"type": "string", "pattern": NAME}
_ID: Schema = {"type": "string", "pattern": STEP_ID}
_DATA: Schema = {}
_WHOLE: Schema = {"type": "string", "pattern": r"^\s*\{\{[\s\S]*\}\}\s*$"}
_TOOL: Schema = {
    "type": "object",
    "properties": {"action": {"type": "string"}, "with": _named(_DATA)},
    "required": ["action"],
    "additionalProperties": False,
}
_VARIANTS: Schema = {
    "type": "object",
    "properties": {"variants": _list(_ref("text"), 1)},
    "required": ["variants"],
    "additionalProperties": False,
}

SHAPES: dict[str, Schema] = {
    "text": _ref("text"),
    "speech": {"anyOf": [_ref("text"), _VARIANTS, {"type": "null"}]},
    "variants": _list(_ref("text")),
    "titles": _ref("titles"),
    "words": _WORD,
    "template": _WORD,
    "condition": _WORD,
    "data": _DATA,
    "values": _named(_DATA),
    "slot": _NAME,
    "flow": _NAME,
    "team": {"type": ["string", "integer"]},
    "teams": _one_or_more({"type": ["string", "integer"]}),
    "step_id": _ID,
    "action": {"type": "string"},
    "tools": _one_or_more({"anyOf": [{"type": "string"}, _TOOL]}),
    "event": {"type": "string"},
    "events": _one_or_more({"type": "string"}),
    "commands": _one_or_more({"type": ["string", "integer"]}),
    "names": _one_or_more(_NAME),
    "duration": {"type": "string", "pattern": durations.PATTERN},
    "boolean": {"type": "boolean"},
    "scale": {"type": "integer", "minimum": 1, "maximum": 10},
    "scalar": _WORD,
    "question": {"type": ["string", "number", "boolean", "null"]},
    "fill": {"enum": ["anytime", "when_asked"]},
    "carry": {"enum": ["offer", "silent"]},
    "by_flow": {"const": "by flow"},
    "cancel_on": {"const": "message"},
    "agent_limits": _limits("agent"),
    "generate_limits": _limits("generate"),
    "buttons": {"anyOf": [_list({"anyOf": [_ref("text"), _ref("button")]}), _WHOLE]},
    "cards": {"anyOf": [_list(_ref("card")), _WHOLE]},
    "type": {"type": "string", "examples": list(TYPES)},
    "pattern": {"type": ["string", "number"], "format": "regex"},
    "options": {
        "anyOf": [
            {"type": "object", "additionalProperties": _ref("text"), "minProperties": 1},
            _list({"anyOf": [_WORD, _ref("option")]}, 1),
            _WHOLE,
        ]
    },
    "checks": _one_or_more(_ref("rule")),
    "silence": _ref("silence"),
    "slots": _named({"anyOf": [_ref("slot"), {"type": "null"}]}),
    "steps": {"anyOf": [_ref("step"), _list(_ref("step"), 1)]},
    "flow_steps": {"anyOf": [_ref("step"), _list(_ref("step")), {"type": "null"}]},
    "cases": {"type": "object", "additionalProperties": _ref("steps"), "minProperties": 1},
    "retry": _one_or_more({"anyOf": [_ref("text"), _ref("retry")]}),
    "wait": {"anyOf": [_ref("duration"), _ref("wait")]},
    "end": _DATA,
    "examples": {"anyOf": [_WORD, _list(_WORD, 1)]},
    "start": _ref("start"),
    "intents": _named(_ref("intent")),
    "answers": _named(_ref("answer")),
    "flows": _named({"anyOf": [_ref("flow"), _list(_ref("step"))]}),
}
"""How the schema describes each shape; the same names as `grammar.PARSERS` and the sections of a file."""

_LOCALE = "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$"


def schema() -> Schema:
    """Give the JSON Schema (draft 2020-12) of a flow file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "botkit flow file",
        **{key: value for key, value in _mapping(FILE).items() if key != "additionalProperties"},
        "additionalProperties": False,
        "$defs": {
            "text": {
                "description": "A text, or one per locale.",
                "anyOf": [
                    {"type": ["string", "number", "boolean"]},
                    {
                        "type": "object",
                        "patternProperties": {_LOCALE: _WORD},
                        "additionalProperties": False,
                        "minProperties": 1,
                    },
                ],
            },
            "titles": {
                "description": "What a slot is called, by the bot as the first of several.",
                "anyOf": [
                    _ref("text"),
                    _list(_WORD, 1),
                    {
                        "type": "object",
                        "patternProperties": {_LOCALE: _one_or_more(_WORD)},
                        "additionalProperties": False,
                        "minProperties": 1,
                    },
                ],
            },
            "duration": SHAPES["duration"],
            "steps": SHAPES["steps"],
            "step": {"anyOf": [{"const": "end"}, *(_ref(f"step-{name}") for name in STEP_KINDS)]},
            **{f"step-{name}": _step(kind) for name, kind in STEP_KINDS.items()},
            **{name: _mapping(kind) for name, kind in MAPPINGS.items() if kind is not FILE},
        },
    }


def _step(kind: Kind) -> Schema:
    common = tuple(key for key in COMMON if kind.key(key.name) is None)
    return _mapping(kind, common)


def _mapping(kind: Kind, extra: tuple[Key, ...] = ()) -> Schema:
    required = list(kind.required)
    return {
        "type": "object",
        "description": kind.doc,
        "properties": {key.name: _described(key) for key in (*kind.keys, *extra)},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _described(key: Key) -> Schema:
    return {"description": key.doc, **SHAPES[key.shape]}
