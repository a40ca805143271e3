"""The recorded cases of the retail domain: read from `../shared/data/retail` beside the checkout, if it is there.

The folder holds `db.json`, and the cases as `cases.json` (a list, or a mapping with the list under `cases`), as
`cases.jsonl`, or as one file each in `cases/`. A case has `user_id` (or the `email` of a user), `actions` with
`name` and `arguments` (or `kwargs`) and their `out_sha`, the digest of the result, and `final_sha`, that of the
shop's data afterwards. Reads among the actions are how somebody looked things up; a customer asks for the writes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from botkit.errors import ActionError
from botkit_shop.desk import Desk
from botkit_shop.loading import load
from botkit_shop.schema import open_engine
from tests.flows.retail.cases import Case, Document, Request, call_desk

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "retail"
WRITES = (
    "cancel_pending_order",
    "exchange_delivered_order_items",
    "modify_pending_order_address",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "modify_user_address",
    "return_delivered_order_items",
)


def missing(folder: Path = FOLDER) -> str:
    """Say what is missing to play the recorded cases; nothing if all is there."""
    if not (folder / "db.json").is_file():
        return f"there are no recorded cases: no db.json in {folder.name}/ of the shared data"
    if not any((folder / name).exists() for name in ("cases.json", "cases.jsonl", "cases")):
        return (
            f"there are no recorded cases: no cases.json, cases.jsonl or cases/ in {folder.name}/ of the shared data"
        )
    return ""


def read(folder: Path = FOLDER, *, reads: bool = False) -> Iterator[Case]:
    """Give the recorded cases that change or try to change something, every other one in Chinese.

    With `reads` their requests are all actions, as a model makes them.
    """
    shop = json.loads((folder / "db.json").read_text(encoding="utf-8"))
    for number, document in enumerate(_documents(folder)):
        user_id = _user_of(shop, document)
        requests = _requests(shop, user_id, document, reads=reads)
        if any(request.function in WRITES for request in requests):
            name = str(document.get("id", document.get("name", number)))
            yield Case(
                name,
                ("en", "zh")[number % 2],
                user_id,
                by_email=number % 3 != 0,
                requests=requests,
                shop=shop,
                final=str(document.get("final_sha", "")),
            )


def _documents(folder: Path) -> list[Document]:
    if (folder / "cases.json").is_file():
        found = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
        return list(found["cases"] if isinstance(found, Mapping) else found)
    if (folder / "cases.jsonl").is_file():
        lines = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "cases").glob("*.json"))]


def _user_of(shop: Document, document: Document) -> str:
    user = document.get("user_id", document.get("user"))
    if isinstance(user, str) and user in shop["users"]:
        return user
    email = document.get("email", user.get("email") if isinstance(user, Mapping) else "")
    return next(str(user_id) for user_id, known in shop["users"].items() if known["email"] == email)


def _requests(shop: Document, user_id: str, document: Document, *, reads: bool) -> tuple[Request, ...]:
    """Give the writes of a case, with `reads` all its actions; writes that the desk refuses are marked."""
    engine = open_engine("sqlite:///:memory:")
    try:
        load(engine, shop)
        desk = Desk(engine)
        wanted = (_request(action) for action in document["actions"] if reads or action["name"] in WRITES)
        return tuple(replace(r, refused=r.function in WRITES and _refuses(desk, user_id, r)) for r in wanted)
    finally:
        engine.dispose()


def _request(action: Mapping[str, Any]) -> Request:
    arguments = action.get("arguments", action.get("kwargs", {}))
    return Request(action["name"], arguments, out=str(action.get("out_sha", "")))


def _refuses(desk: Desk, user_id: str, request: Request) -> bool:
    try:
        call_desk(desk, user_id, request)
    except ActionError:
        return True
    return False
