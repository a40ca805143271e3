"""The methods of the Web API, with what each refuses: https://docs.slack.dev/reference/methods."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tests.slack import blocks
from tests.slack.workspace import (
    APP,
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    BOT_USER,
    TEAM,
    Made,
    Params,
    RefusalError,
    Workspace,
)

TEXT: Final = 40_000
UPDATED_TEXT: Final = 4_000  # characters that chat.update takes; chat.postMessage takes more
TRIGGER: Final = 3.0  # seconds that a trigger_id is good for
_NESTED = ("blocks", "attachments", "files", "prompts", "view", "metadata")


class Method(NamedTuple):
    """What a method does, the scope it needs, and whether it takes JSON; the others pass over such a body."""

    call: Callable[[Workspace, Params], Any]
    scope: str = ""
    json: bool = True
    app_token: bool = False


async def answer(
    work: Workspace, name: str, token: str, params: Params, *, as_json: bool = False
) -> tuple[Params, dict[str, str]]:
    """Answer a call; give its result and its headers. Raises RefusalError, HangUpError."""
    channel = str(params.get("channel", params.get("channel_id", "")))
    work.asks.append((name, channel))
    work.before(name, params)
    method = METHODS.get(name)
    if method is None:
        raise RefusalError("unknown_method", req_method=name)
    _check_token(work, method, token)
    await _meet_trouble(work, name, channel)
    given = {} if as_json and not method.json else _nested(params)
    result = method.call(work, given)
    work.calls.append(Made(name, given))
    work.after(name, given)
    return {"ok": True, **result}, {
        "x-oauth-scopes": ",".join(sorted(work.scopes)),
        "x-accepted-oauth-scopes": method.scope,
    }


def _check_token(work: Workspace, method: Method, token: str) -> None:
    if not token:
        raise RefusalError("not_authed")
    if token not in (BOT_TOKEN, APP_TOKEN):
        raise RefusalError("invalid_auth")
    if work.gone:
        raise RefusalError(work.gone)
    if (token == APP_TOKEN) != method.app_token:
        raise RefusalError("not_allowed_token_type")
    if method.scope and method.scope not in work.scopes:
        raise RefusalError("missing_scope", needed=method.scope, provided=",".join(sorted(work.scopes)))


async def _meet_trouble(work: Workspace, name: str, channel: str) -> None:
    waiting = work.trouble.get(name, [])
    if waiting:
        trouble = waiting.pop(0)
        if isinstance(trouble, Exception):
            raise trouble
        await work.tell()
        await trouble()
    until = max(work.slow_until.get((name, channel), 0.0), work.slow_until.get((name, ""), 0.0))
    left = until - asyncio.get_running_loop().time()
    if left > 0:
        raise RefusalError("ratelimited", status=429, retry_after=max(1, round(left + 0.5)))


def _nested(params: Params) -> Params:
    """Read what stands as JSON in a form."""
    given: Params = {}
    for key, value in params.items():
        if key in _NESTED and isinstance(value, str):
            try:
                given[key] = json.loads(value)
            except ValueError:
                raise RefusalError("invalid_blocks_format" if key == "blocks" else "invalid_arguments") from None
        else:
            given[key] = value
    return given


# What the app is


def _auth_test(work: Workspace, _: Params) -> Params:
    bot = {"url": f"{work.base}/", "team": "Acme", "user": work.users[BOT_USER]["name"], "team_id": TEAM}
    return bot | {"user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False}


def _open_connection(work: Workspace, _: Params) -> Params:
    ticket = work.next_id("ticket")
    work.tickets.add(ticket)
    return {"url": f"{work.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"}


# Messages


def _message(work: Workspace, params: Params, most: int) -> Params:
    text, shown = str(params.get("text") or ""), params.get("blocks") or []
    if not text.strip() and not shown and not params.get("attachments"):
        raise RefusalError("no_text")
    if len(text) > most:
        raise RefusalError("msg_too_long")
    wrong = blocks.faults(shown, work.images)
    if wrong:
        told = {"messages": [f"[ERROR] {one}" for one in wrong]}
        raise RefusalError("invalid_blocks", errors=wrong, response_metadata=told)
    if blocks.length(shown) > blocks.ALL_TEXT:
        raise RefusalError("msg_blocks_too_long")
    parse = "full" if params.get("parse") == "full" or _true(params.get("link_names")) else "none"
    return {"text": text, "blocks": shown, "parse": parse}


def _true(value: Any) -> bool:
    return value in (True, "1", "true", 1)


def _channel(work: Workspace, params: Params, key: str = "channel") -> str:
    name = params.get(key)
    channel = str(name or "")
    if channel.startswith("U") and channel in work.users:
        return work.open_dm(channel)  # the id of a user stands for the direct message with them
    if channel not in work.channels:
        raise RefusalError("channel_not_found")
    known = work.channels[channel]
    if known["is_archived"]:
        raise RefusalError("is_archived")
    if known.get("is_member") is False:
        raise RefusalError("not_in_channel")
    if work.users.get(known.get("user", ""), {}).get("deleted"):
        raise RefusalError("channel_not_found")
    return channel


def _root(work: Workspace, params: Params, channel: str) -> Params:
    root = params.get("thread_ts")
    if not root:
        return {}
    if work.find(channel, str(root)) is None:
        raise RefusalError("thread_not_found")
    return {"thread_ts": str(root)}


def _own(work: Workspace, params: Params, refusal: str) -> Params:
    channel = _channel(work, params)
    found = work.find(channel, str(params.get("ts", "")))
    if found is None:
        raise RefusalError("message_not_found")
    if found.get("bot_id") != BOT:
        raise RefusalError(refusal)
    return found


def _post(work: Workspace, params: Params) -> Params:
    channel = _channel(work, params)
    message = _message(work, params, TEXT) | _root(work, params, channel)
    if any(params.get(key) for key in ("username", "icon_url", "icon_emoji")):
        if "chat:write.customize" not in work.scopes:
            raise RefusalError("missing_scope", needed="chat:write.customize", provided=",".join(sorted(work.scopes)))
        message["username"] = str(params.get("username") or "")
    kept = _keep(work, channel, message)
    return {"channel": channel, "ts": kept["ts"], "message": _written(kept)}


def _keep(work: Workspace, channel: str, message: Params) -> Params:
    kept = work.keep(channel, user=BOT_USER, bot_id=BOT, app_id=APP, team=TEAM, **message)
    work.statuses.pop((channel, kept.get("thread_ts", "")), None)
    return kept


def _written(message: Params) -> Params:
    return {key: value for key, value in message.items() if key not in ("channel", "parse") and value not in ("", [])}


def _update(work: Workspace, params: Params) -> Params:
    found = _own(work, params, "cant_update_message")
    if "text" not in params and "blocks" not in params:
        raise RefusalError("no_text")
    changed = {"text": found["text"], **params} if "blocks" in params else {**params, "blocks": []}
    found.update(_message(work, changed, UPDATED_TEXT))
    found["edited"] = {"user": BOT, "ts": work.next_ts()}
    return {"channel": found["channel"], "ts": found["ts"], "text": found["text"], "message": _written(found)}


def _delete(work: Workspace, params: Params) -> Params:
    found = _own(work, params, "cant_delete_message")
    work.messages[found["channel"]].remove(found)
    return {"channel": found["channel"], "ts": found["ts"]}


def _whisper(work: Workspace, params: Params) -> Params:
    channel = _channel(work, params)
    if params.get("user") not in work.users:
        raise RefusalError("user_not_in_channel")
    ts = work.next_ts()
    work.whispers.append({"channel": channel, "user": params["user"], "ts": ts, **_message(work, params, TEXT)})
    return {"message_ts": ts}


# What is known


def _info(work: Workspace, params: Params) -> Params:
    channel = str(params.get("channel") or "")
    if channel not in work.channels:
        raise RefusalError("channel_not_found")
    return {"channel": work.channels[channel]}


def _page(found: list[Params], params: Params) -> Params:
    start, most = int(params.get("cursor") or 0), min(int(params.get("limit") or 100), 1000)
    more = start + most < len(found)
    page: Params = {"messages": [_written(one) for one in found[start : start + most]], "has_more": more}
    return page | ({"response_metadata": {"next_cursor": str(start + most)}} if more else {})


def _replies(work: Workspace, params: Params) -> Params:
    channel = _info(work, params)["channel"]["id"]
    found = work.thread(channel, str(params.get("ts") or ""))
    if not found:
        raise RefusalError("thread_not_found")
    return _page(found, params)


def _history(work: Workspace, params: Params) -> Params:
    channel = _info(work, params)["channel"]["id"]
    roots = [one for one in work.messages.get(channel, ()) if one.get("thread_ts", one["ts"]) == one["ts"]]
    return _page(roots[::-1], params)


def _open(work: Workspace, params: Params) -> Params:
    users = str(params.get("users") or "").split(",")
    if params.get("channel"):
        return {"channel": {"id": _channel(work, params)}}
    if not all(user in work.users for user in users):
        raise RefusalError("user_not_found" if users != [""] else "users_list_not_supplied")
    return {"channel": {"id": work.open_dm(users[0])}}


def _user(work: Workspace, params: Params) -> Params:
    user = work.users.get(str(params.get("user") or ""))
    if user is None:
        raise RefusalError("user_not_found")
    wanted = _true(params.get("include_locale"))
    return {"user": {key: value for key, value in user.items() if wanted or key != "locale"}}


# Files


def _upload_url(work: Workspace, params: Params) -> Params:
    name, length = str(params.get("filename") or ""), str(params.get("length") or "")
    if not name or not length.isdigit() or int(length) == 0:
        raise RefusalError("invalid_arguments")
    file = work.next_id("F")
    work.files[file] = {"id": file, "name": name, "size": int(length), "content": None}
    return {"upload_url": f"{work.base}/upload/v1/{file}", "file_id": file}


def _complete(work: Workspace, params: Params) -> Params:
    asked = params.get("files")
    if not isinstance(asked, list) or not asked:
        raise RefusalError("invalid_arguments")
    files = []
    for one in asked:
        file = work.files.get(str(one.get("id")))
        if file is None or file["content"] is None:
            raise RefusalError("file_not_found")
        file["title"] = one.get("title") or file["name"]
        files.append({key: value for key, value in file.items() if key != "content"})
    if params.get("channel_id"):
        channel = _channel(work, params, "channel_id")
        comment = str(params.get("initial_comment") or "")
        message = {"text": comment, "blocks": [], "parse": "none", "files": files}
        _keep(work, channel, message | _root(work, params, channel))
    return {"files": [{"id": one["id"], "title": one["title"]} for one in files]}


# The rest


def _react(work: Workspace, params: Params) -> Params:
    channel, ts, name = _channel(work, params), str(params.get("timestamp") or ""), str(params.get("name") or "")
    if not re.fullmatch(r"[a-z0-9_+'-]+", name):
        raise RefusalError("invalid_name")
    if work.find(channel, ts) is None:
        raise RefusalError("message_not_found")
    if (channel, ts, name) in work.reactions:
        raise RefusalError("already_reacted")
    work.reactions.add((channel, ts, name))
    return {}


def _assistant(work: Workspace, params: Params) -> tuple[str, str]:
    channel = _channel(work, params, "channel_id")
    if not params.get("thread_ts"):
        raise RefusalError("invalid_arguments")
    return channel, str(_root(work, params, channel)["thread_ts"])


def _set_status(work: Workspace, params: Params) -> Params:
    if "status" not in params:
        raise RefusalError("invalid_arguments")
    work.statuses[_assistant(work, params)] = str(params["status"])
    return {}


def _set_prompts(work: Workspace, params: Params) -> Params:
    prompts = params.get("prompts")
    if (
        not isinstance(prompts, list)
        or not 1 <= len(prompts) <= 4
        or not all({"title", "message"} <= set(one) for one in prompts)
    ):
        raise RefusalError("invalid_arguments")
    work.prompts[_assistant(work, params)] = prompts
    return {}


def _set_title(work: Workspace, params: Params) -> Params:
    if not params.get("title"):
        raise RefusalError("invalid_arguments")
    work.titles[_assistant(work, params)] = str(params["title"])
    return {}


def _open_view(work: Workspace, params: Params) -> Params:
    trigger, view = str(params.get("trigger_id") or ""), params.get("view")
    if trigger not in work.triggers:
        raise RefusalError("invalid_trigger_id")
    given = work.triggers[trigger]
    if given < 0:
        raise RefusalError("exchanged_trigger_id")
    if asyncio.get_running_loop().time() - given > TRIGGER:
        raise RefusalError("expired_trigger_id")
    if not isinstance(view, Mapping) or view.get("type") != "modal" or blocks.faults(list(view.get("blocks", ()))):
        raise RefusalError("invalid_arguments")
    work.triggers[trigger] = -1.0
    work.views.append({"id": work.next_id("V"), **view})
    return {"view": work.views[-1]}


METHODS: Final = {
    "auth.test": Method(_auth_test),
    "apps.connections.open": Method(_open_connection, app_token=True),
    "chat.postMessage": Method(_post, "chat:write"),
    "chat.update": Method(_update, "chat:write"),
    "chat.delete": Method(_delete, "chat:write"),
    "chat.postEphemeral": Method(_whisper, "chat:write"),
    "conversations.info": Method(_info, "channels:read", json=False),
    "conversations.replies": Method(_replies, "channels:history", json=False),
    "conversations.history": Method(_history, "channels:history", json=False),
    "conversations.open": Method(_open, "im:write"),
    "users.info": Method(_user, "users:read", json=False),
    "files.getUploadURLExternal": Method(_upload_url, "files:write", json=False),
    "files.completeUploadExternal": Method(_complete, "files:write"),
    "reactions.add": Method(_react, "reactions:write"),
    "assistant.threads.setStatus": Method(_set_status, "assistant:write"),
    "assistant.threads.setSuggestedPrompts": Method(_set_prompts, "assistant:write"),
    "assistant.threads.setTitle": Method(_set_title, "assistant:write"),
    "views.open": Method(_open_view),
}
