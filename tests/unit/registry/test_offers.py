"""Offers: what an MCP server says of its tools is bounded, and what cannot be used is left out and said."""

from typing import Any

import pytest

from botkit.errors import ArgumentsError
from botkit.registry.offers import (
    LONGEST_DESCRIPTION,
    MOST,
    Listed,
    Offer,
    decode_offers,
    encode_offers,
    read_offers,
)
from botkit.registry.servers import ServerSettings, ToolSettings
from botkit.registry.tools import checking, plugin_of

OBJECT: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def tool(name: str = "find", schema: Any = OBJECT, **more: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": schema, **more}


def test_tools_are_read_and_kept_as_json() -> None:
    listed = read_offers(
        [
            tool(description="Find\n  it. " + "x" * 5000, annotations={"readOnlyHint": True}, outputSchema=OBJECT),
            tool("a.b-c/d", annotations={"readOnlyHint": "yes"}),
        ]
    )
    first, second = listed.offers
    assert (first.action, second.action) == ("find", "a_b_c_d")
    assert (first.reads, second.reads) == (True, False)
    assert first.description.startswith("Find it. xxx")
    assert len(first.description) == LONGEST_DESCRIPTION
    assert decode_offers(encode_offers(listed.offers)) == listed.offers
    assert encode_offers(listed.offers) == encode_offers(listed.offers)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"tools": [{"name": 3}]}', b"[" * 9999])
def test_what_is_no_list_of_tools_is_none(text: bytes) -> None:
    assert decode_offers(text) is None


def _nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"a": inner}}
    return inner


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (tool(""), "it has no name that can be used"),
        (tool("find it"), "it has no name that can be used"),
        (tool("x" * 129), "it has no name that can be used"),
        (tool("find.", None), "its inputSchema describes no object"),
        (tool("b", {"type": "string"}), "its inputSchema describes no object"),
        (tool("b", []), "its inputSchema describes no object"),
        (tool("b", outputSchema={"type": "array"}), "its outputSchema describes no object"),
        (tool("b", {"type": "object", "properties": []}), "its inputSchema is no schema"),
        (tool("b", {"type": "object", "properties": {"a": True}}), "its inputSchema is no schema"),
        (tool("b", {"type": "object", "required": "n"}), "its inputSchema is no schema"),
        (tool("b", {"type": "object", "description": "x" * 30_000}), "its inputSchema is too large"),
        (tool("b", _nested(8)), "its inputSchema is too large"),
        (
            tool("b", {"type": "object", "properties": {"a": {"$ref": "http://x.example/s.json"}}}),
            "its inputSchema refers to another document",
        ),
        (tool("fi.nd"), ""),
        (tool("fi_nd"), "its name is that of 'fi.nd'"),
    ],
)
def test_what_cannot_be_used_is_left_out(wrong: dict[str, Any], why: str) -> None:
    listed = read_offers([tool(), tool("fi.nd"), wrong] if "fi" in wrong["name"] and why else [tool(), wrong])
    assert [text.partition(": ")[2] for text in listed.left_out] == ([why] if why else [])
    assert "find" in [offer.name for offer in listed.offers]


def test_a_server_may_offer_so_many_tools() -> None:
    listed = read_offers([tool(f"t{n}") for n in range(MOST + 5)])
    assert (len(listed.offers), len(listed.left_out)) == (MOST, 5)
    assert read_offers([]) == Listed()


def test_who_says_what_a_tool_changes() -> None:
    offers = [Offer("a", reads=True), Offer("b"), Offer("c.d", reads=True)]

    def effects(**settings: Any) -> dict[str, str]:
        plugin = plugin_of(ServerSettings("crm", command=("x",), **settings), offers)
        return {name: action.spec.effect for name, action in plugin.actions.items()}

    assert effects() == {"a": "write", "b": "write", "c_d": "write"}
    assert effects(trust=True) == {"a": "read", "b": "write", "c_d": "read"}
    said = {"a": ToolSettings("write"), "c.d": ToolSettings("read"), "e": ToolSettings("read")}
    assert effects(trust=True, tools=said) == {"a": "write", "b": "write", "c_d": "read", "e": "read"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"n": 3}, ""),
        ({"n": 3, "more": None}, ""),
        ({"n": "secret"}, "n: it is no integer"),
        ({}, "'n' is a required property"),
        ({"n": 3, "kind": "c"}, "kind: it is none of ['a', 'b']"),
        ({"n": 3, "other": 1}, "it has a name that is not known"),
        ({"n": 99}, "n: it does not fit maximum 9"),
        ({"n": 3, "text": "a" * 40}, ""),
    ],
)
def test_arguments_are_checked_and_their_values_not_told(given: dict[str, Any], why: str) -> None:
    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "maximum": 9},
            "kind": {"enum": ["a", "b"]},
            "text": {"type": "string", "pattern": "^(a+)+$b"},
        },
        "required": ["n"],
        "additionalProperties": False,
    }
    if not why:
        assert checking(schema)(given) == {name: value for name, value in given.items() if value is not None}
        return
    with pytest.raises(ArgumentsError) as raised:
        checking(schema)(given)
    assert raised.value.message == why


def test_a_schema_that_is_none_lets_no_call_through() -> None:
    with pytest.raises(ArgumentsError, match="cannot be used"):
        checking({"type": "object", "properties": {"n": {"type": "nothing"}}})({"n": 1})


def test_secrets_of_a_server_are_not_shown() -> None:
    settings = ServerSettings(
        "crm", url="http://x", headers={"Authorization": "Bearer s3cret"}, env={"KEY": "s3cret"}
    )
    assert "s3cret" not in repr(settings)
