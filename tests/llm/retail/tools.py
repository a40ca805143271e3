"""The sixteen tools of the retail domain, as a model has to be offered them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.flows.retail.recorded import FOLDER

PLAIN = {"type", "properties", "required", "additionalProperties", "items", "enum", "description"}
TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
PLACE = dict.fromkeys(("address1", "address2", "city", "state", "country", "zip"), TEXT)
REASON = {"type": "string", "enum": ["no longer needed", "ordered by mistake"]}
CHANGE = {"order_id": TEXT, "item_ids": TEXTS, "new_item_ids": TEXTS, "payment_method_id": TEXT}

TOOLS: Mapping[str, Mapping[str, Any]] = {  # every parameter is required
    "calculate": {"expression": TEXT},
    "cancel_pending_order": {"order_id": TEXT, "reason": REASON},
    "exchange_delivered_order_items": CHANGE,
    "find_user_id_by_email": {"email": TEXT},
    "find_user_id_by_name_zip": {"first_name": TEXT, "last_name": TEXT, "zip": TEXT},
    "get_order_details": {"order_id": TEXT},
    "get_product_details": {"product_id": TEXT},
    "get_user_details": {"user_id": TEXT},
    "list_all_product_types": {},
    "modify_pending_order_address": {"order_id": TEXT, **PLACE},
    "modify_pending_order_items": CHANGE,
    "modify_pending_order_payment": {"order_id": TEXT, "payment_method_id": TEXT},
    "modify_user_address": {"user_id": TEXT, **PLACE},
    "return_delivered_order_items": {"order_id": TEXT, "item_ids": TEXTS, "payment_method_id": TEXT},
    "think": {"thought": TEXT},
    "transfer_to_human_agents": {"summary": TEXT},
}


def bare(tools: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give what has to be equal of tools as OpenAI's API has them: all but descriptions, and what forbids more."""
    named = (tool.get("function", tool) for tool in tools)
    return {tool["name"]: _bare(tool.get("parameters") or {"type": "object"}) for tool in named}


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key not in ("description", "additionalProperties")}
    if schema.get("type") == "object":
        kept["properties"] = {name: _bare(part) for name, part in schema.get("properties", {}).items()}
        kept["required"] = sorted(schema.get("required", ()))
    if "items" in kept:
        kept["items"] = _bare(kept["items"])
    return kept


def by_hand() -> dict[str, Any]:
    """Give the same of the tools above."""
    return {
        name: {"type": "object", "properties": dict(parameters), "required": sorted(parameters)}
        for name, parameters in TOOLS.items()
    }


def keys_of(schema: Any) -> set[str]:
    """Give the keywords that a schema uses, at any depth."""
    found = set(schema)
    for part in schema.get("properties", {}).values():
        found |= keys_of(part)
    return found | (keys_of(schema["items"]) if "items" in schema else set())


def recorded(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Read tools.json: a list of tools, or a mapping with the list under `tools`."""
    found = json.loads((folder / "tools.json").read_text(encoding="utf-8"))
    return list(found["tools"] if isinstance(found, Mapping) else found)
