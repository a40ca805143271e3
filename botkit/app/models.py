"""`llm:` of bot.yaml, and the gateway to the models that it names."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from botkit.app.safety import read_hosts
from botkit.errors import ConfigError, ModelError, Place, Problem
from botkit.flows import Node, Report, age, seconds, shapes
from botkit.llm import Budget, Endpoint, ModelSettings, Prices, Timeouts, open_model, require
from botkit.llm.local import require_local
from botkit.llm.settings import OPENAI, PERIODS, Mode, Scope
from botkit.model.completions import ChatMessage
from botkit.monitoring.spans import Spans
from botkit.ports.clocks import Clock
from botkit.ports.models import LanguageModel, Media, ModelRequest
from botkit.ports.sharing import Shared
from botkit.safety import Kind, Masked, mask
from botkit.safety.finding import KINDS

if TYPE_CHECKING:
    from botkit.llm.gateway import Gateway, Served

MODES: Final = ("off", "fallback", "first")
ANSWERS: Final = ("compose", "quote")
CHECKS: Final = ("quotes", "numbers", "off")
_ENDPOINT: Final = (
    *("base_url", "model", "api_key", "api", "azure", "temperature", "max_tokens", "timeouts", "prices", "vision"),
    *("image", "speech", "transcribe", "moderation"),
)
KEYS: Final = (
    *(*_ENDPOINT, "local", "mode", "answers", "check"),
    *("retries", "budgets", "mask", "fallback", "links", "length"),
)
_OF_SERVERS: Final = frozenset(_ENDPOINT) - {"temperature", "max_tokens", "timeouts"}
_OF_TIMEOUTS: Final = {"connect": 60.0, "first": 300.0, "total": 600.0, "media": 600.0}  # at most, in seconds
_MODERATION: Final = "omni-moderation-latest"
_PATIENCE: Final = Timeouts(5.0, 20.0, 20.0)

Fill = Callable[[Node, str], tuple[str, tuple[str, ...]]]
"""Gives a node's text with its variables filled in, and those that nobody set."""


def read_mode(node: Node | None) -> Mode:
    """Give the mode that `llm:` has for the model of a program, where it names none itself."""
    entries = {key.raw: value.raw for key, value in node.entries} if node is not None else {}
    return "off" if entries.get("mode") == "off" else "fallback"


def read_models(node: Node | None, fill: Fill, report: Report) -> ModelSettings | None:
    """Read which models a bot has; None: it has none, or is not to load them."""
    if node is None or node.empty:
        return None
    alone = node.kind == "mapping" and [key.raw for key, _ in node.entries] == ["mode"]
    local = _names_folder(node)
    found = shapes.fields(node, "'llm'", KEYS, report, () if alone or local else ("model",))
    mode = shapes.choice(found["mode"], "'mode'", MODES, report) if "mode" in found else None
    if "model" not in found and "local" not in found:
        if alone and mode not in (None, "off"):
            message = f"'llm' with the mode '{mode}' needs the key 'model'"
            report.error(node.place, "missing-key", message, "model: NAME, as its server knows it")
        return None
    lacks: list[str] = []
    endpoint = _endpoint(found, Endpoint(""), fill, report, lacks)
    second = found.get("fallback")
    made: dict[str, Any] = {
        "mode": mode,
        "answers": shapes.choice(found["answers"], "'answers'", ANSWERS, report) if "answers" in found else None,
        "check": shapes.choice(found["check"], "'check'", CHECKS, report) if "check" in found else None,
        "retries": shapes.integer(found["retries"], "'retries'", report, 0, 5) if "retries" in found else None,
        "fallback": _fallback(second, endpoint, fill, report, lacks) if second is not None else None,
        "budgets": _budgets(found.get("budgets"), report),
        "mask": _mask(found.get("mask"), report),
        "lacks": tuple(dict.fromkeys(lacks)),
        "links": read_hosts(found["links"], "'links'", report) if "links" in found else None,
        "length": shapes.integer(found["length"], "'length'", report, 200, 100_000) if "length" in found else None,
    }
    settings = ModelSettings(endpoint, **{key: value for key, value in made.items() if value is not None})
    _check_prices(settings, found, report)
    _check_budgets(settings, found, report)
    return settings


def _fallback(node: Node, first: Endpoint, fill: Fill, report: Report, lacks: list[str]) -> Endpoint | None:
    """Read a second model: what is not said of its server is as that of the first."""
    like = msgspec.structs.replace(
        first, prices=Prices(), image="", speech="", transcribe="", moderation="", local=""
    )
    if node.kind == "scalar":
        model, missing = fill(node, "'fallback'")
        lacks += missing
        return msgspec.structs.replace(like, model=model) if model else None
    local = _names_folder(node)
    keys = (*_ENDPOINT[:10], "local")
    found = shapes.fields(node, "'fallback'", keys, report, () if local else ("model",))
    if "base_url" in found and "api_key" not in found:
        like = msgspec.structs.replace(like, api_key="")  # the first one's key is not for others' eyes
    return _endpoint(found, like, fill, report, lacks) if found.keys() & {"model", "local"} else None


def _names_folder(node: Node) -> bool:
    return node.kind == "mapping" and any(key.raw == "local" for key, _ in node.entries)


def _endpoint(found: Mapping[str, Node], like: Endpoint, fill: Fill, report: Report, lacks: list[str]) -> Endpoint:
    if "local" in found:
        return _folder(found, like, fill, report, lacks)
    made: dict[str, Any] = {}
    for key in ("model", "base_url", "api_key"):
        if key in found:
            made[key], missing = fill(found[key], f"'{key}'")
            lacks += missing
    if "base_url" in found and made["base_url"] and not shapes.is_url(made["base_url"]):
        message = "'base_url' takes the URL of an endpoint, such as https://api.openai.com/v1"
        report.error(
            found["base_url"].place, "unknown-value", message, "the key stands under api_key, not in the URL"
        )
    if not made.get("base_url", like.base_url):
        made["base_url"] = OPENAI
    if "api" in found:
        made["api"] = shapes.choice(found["api"], "'api'", ("chat", "responses"), report)
    if "azure" in found:
        made["azure"] = _azure(found, report)
    if "temperature" in found:
        made["temperature"] = shapes.number(found["temperature"], "'temperature'", report, 0.0, 2.0)
    if "max_tokens" in found:
        made["max_tokens"] = shapes.integer(found["max_tokens"], "'max_tokens'", report, 1, 200_000)
    if "vision" in found:
        made["vision"] = shapes.boolean(found["vision"], "'vision'", report)
    made["timeouts"] = _timeouts(found.get("timeouts"), like.timeouts, report)
    made["prices"] = _prices(found.get("prices"), report)
    made |= _media(found, report)
    endpoint = msgspec.structs.replace(like, **{key: value for key, value in made.items() if value is not None})
    if endpoint.base_url == OPENAI and not endpoint.api_key and not lacks:
        lacks.append("api_key")
    return endpoint


def _folder(found: Mapping[str, Node], like: Endpoint, fill: Fill, report: Report, lacks: list[str]) -> Endpoint:
    """Read a model in a folder: what belongs to servers is none of its."""
    for key in found.keys() & _OF_SERVERS:
        report.error(
            found[key].place, "unknown-key", f"'{key}' belongs to a model at a server, not to one in a folder"
        )
    folder, missing = fill(found["local"], "'local'")
    lacks += missing
    temperature, tokens = found.get("temperature"), found.get("max_tokens")
    made: dict[str, Any] = {
        "temperature": shapes.number(temperature, "'temperature'", report, 0.0, 2.0) if temperature else None,
        "max_tokens": shapes.integer(tokens, "'max_tokens'", report, 1, 200_000) if tokens else None,
    }
    timeouts = _timeouts(found.get("timeouts"), like.timeouts, report)
    name = PurePath(folder).name or folder
    given = {key: value for key, value in made.items() if value is not None}
    return Endpoint(name, "", local=folder, timeouts=timeouts, **given)


def placed(settings: ModelSettings | None, directory: Path) -> ModelSettings | None:
    """Give settings whose folders are those of a bot's directory."""
    if settings is None:
        return None

    def place(endpoint: Endpoint) -> Endpoint:
        local = str(directory / endpoint.local) if endpoint.local else ""
        return msgspec.structs.replace(endpoint, local=local)

    second = settings.fallback
    return msgspec.structs.replace(
        settings, endpoint=place(settings.endpoint), fallback=place(second) if second is not None else None
    )


def _azure(found: Mapping[str, Node], report: Report) -> str | None:
    node = found["azure"]
    keys = shapes.fields(node, "'azure'", ("api_version",), report, ("api_version",))
    if "base_url" not in found:
        message = "'azure' needs the base_url of your resource"
        report.error(node.place, "missing-key", message, "https://NAME.openai.azure.com")
    return shapes.text(keys["api_version"], "'api_version'", report) if "api_version" in keys else None


def _timeouts(node: Node | None, like: Timeouts, report: Report) -> Timeouts:
    found = shapes.fields(node, "'timeouts'", tuple(_OF_TIMEOUTS), report) if node is not None else {}
    made: dict[str, float] = {}
    for key, value in found.items():
        within, most = seconds(value.raw), _OF_TIMEOUTS[key]
        if within is not None and within <= most:
            made[key] = within
        else:
            message = f"'{key}' takes a duration of at most {most:g}s, such as 15s, not {value.raw[:40]!r}"
            report.error(value.place, "bad-duration", message, "so long a customer waits")
    return msgspec.structs.replace(like, **made)


def _prices(node: Node | None, report: Report) -> Prices | None:
    if node is None:
        return None
    found = shapes.fields(node, "'prices'", Prices.__struct_fields__, report)
    made = {key: shapes.number(value, f"'{key}'", report, 0.0, 1e6) for key, value in found.items()}
    return Prices(**{key: value for key, value in made.items() if value is not None})


def _media(found: Mapping[str, Node], report: Report) -> dict[str, Any]:
    """Read the models for what is no text: a name, or a mapping with it."""
    made: dict[str, Any] = {}
    for key in ("image", "speech", "transcribe", "moderation"):
        node = found.get(key)
        if node is None:
            continue
        if key == "moderation" and node.kind == "scalar" and node.raw.lower() in ("yes", "on", "no", "off"):
            message = f"'moderation' takes true, false or the name of a model, not {node.raw}"
            report.error(node.place, "wrong-type", message, "moderation: true")
        elif key == "moderation" and isinstance(node.value, bool):
            made[key] = _MODERATION if node.value else ""
        elif node.kind == "mapping":
            known = ("model", "voice") if key == "speech" else ("model",)
            inside = shapes.fields(node, f"'{key}'", known, report, ("model",))
            named = {name: shapes.text(value, f"'{name}'", report) for name, value in inside.items()}
            made |= {key: named.get("model"), **({"voice": named["voice"]} if "voice" in named else {})}
        else:
            made[key] = shapes.text(node, f"'{key}'", report)
    return made


def _budgets(node: Node | None, report: Report) -> dict[Scope, Budget]:
    made: dict[Scope, Budget] = {}
    found = shapes.fields(node, "'budgets'", tuple(PERIODS), report) if node is not None else {}
    for scope, value in found.items():
        keys = ("tokens", "money", *(["per"] if scope in ("visitor", "bot") else []))
        inside = shapes.fields(value, f"'{scope}'", keys, report)
        tokens = shapes.integer(inside["tokens"], "'tokens'", report, 1, 10**12) if "tokens" in inside else None
        money = shapes.number(inside["money"], "'money'", report, 1e-6, 1e9) if "money" in inside else None
        if not inside.keys() & {"tokens", "money"} and inside.keys() == {key.raw for key, _ in value.entries}:
            report.error(value.place, "missing-key", f"the budget '{scope}' takes tokens, money, or both")
        period = PERIODS[cast("Scope", scope)]
        if "per" in inside:
            period = _period(inside["per"], period, report)
        made[cast("Scope", scope)] = Budget(tokens or 0, money or 0.0, period)
    return made


def _period(node: Node, usual: float, report: Report) -> float:
    period = seconds(node.raw) or age(node.raw)
    if period is None or period < 60.0:
        report.error(node.place, "bad-duration", f"'per' takes a duration such as 1d, not {node.raw[:40]!r}")
        return usual
    return period


def _mask(node: Node | None, report: Report) -> tuple[str, ...]:
    if node is None or node.empty:
        return ()
    if isinstance(node.value, bool):
        return tuple(KINDS) if node.value else ()
    kinds = shapes.texts(node, "'mask'", report)
    for item in shapes.one_or_more(node):
        if item.kind == "scalar" and item.raw not in KINDS:
            message = f"'mask' cannot be {item.raw[:40]!r}"
            report.error(item.place, "unknown-value", message, shapes.mean(item.raw, tuple(KINDS)))
    return tuple(kind for kind in dict.fromkeys(kinds) if kind in KINDS)


def _check_prices(settings: ModelSettings, found: Mapping[str, Node], report: Report) -> None:
    """Report budgets in money where nobody knows what a token costs."""
    if not any(budget.money for budget in settings.budgets.values()):
        return
    for what, endpoint in (("llm", settings.endpoint), ("fallback", settings.fallback)):
        if endpoint is None or endpoint.local:
            continue
        if not (endpoint.prices.input or endpoint.prices.output):
            message = f"a budget in money needs the prices of '{what}'"
            report.error(found["budgets"].place, "missing-key", message, "prices: {input: ..., output: ...}")


def _check_budgets(settings: ModelSettings, found: Mapping[str, Node], report: Report) -> None:
    """Report budgets that not even one question fits into: its longest answer is reserved before it is asked."""
    endpoint = settings.endpoint
    cost = endpoint.prices.of(0, 0, endpoint.max_tokens)
    for scope, budget in settings.budgets.items():
        if 0 < budget.tokens <= endpoint.max_tokens or 0 < budget.money <= cost:
            message = f"the budget '{scope}' is used up by one answer of at most {endpoint.max_tokens} tokens"
            hint = "what an answer may use is reserved before it is asked for: raise it, or lower max_tokens"
            report.warn(found["budgets"].place, "small-budget", message, hint)


# What is there


def settings_of(settings: ModelSettings) -> dict[str, str]:
    """Give what the core needs to know of models that are there, as fields of flowset.Settings."""
    return {"llm_mode": settings.mode, "llm_answers": settings.composes, "llm_check": settings.check}


def lacks_of(settings: ModelSettings, place: Place) -> Problem | None:
    """Say what is missing for the models on this machine: the bot runs without them."""
    message, hint = "", ""
    if settings.lacks:
        named = [name for name in settings.lacks if name != "api_key"]
        message = "the language model has no api_key"
        hint = f"set {' and '.join(named)} in the environment or in .env" if named else "write it under llm:"
    else:
        try:
            for endpoint in filter(None, (settings.endpoint, settings.fallback)):
                require_local(Path(endpoint.local)) if endpoint.local else require()
        except ConfigError as error:
            message, hint = error.message, error.hint
    return (
        Problem(place, "missing-model", f"{message}: the bot runs without it", hint, "warning") if message else None
    )


class Masking:
    """The placeholders of one conversation, of some kinds of what may identify a person."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self._kinds = cast("tuple[Kind, ...]", kinds)
        self._known = Masked()

    def mask(self, text: str) -> str:
        """Give a text with placeholders."""
        self._known = mask(text, self._kinds, self._known)
        return self._known.text

    def unmask(self, text: str) -> str:
        """Give a text with the values again."""
        return self._known.unmask(text)


async def open_gateway(
    settings: ModelSettings | None,
    shared: Shared,
    clock: Clock,
    model: LanguageModel | None = None,
    media: Media | None = None,
    spans: Spans | None = None,
) -> "Gateway | None":
    """Give what asks a bot's models; None where it has none, or lacks what they need.

    `model` is another one than bot.yaml's, and `media` stands beside it. Raises ConfigError.
    """
    if model is not None:
        settings = settings or ModelSettings(Endpoint(model.name))
    elif settings is None or lacks_of(settings, Place()) is not None:
        return None
    from botkit.llm.budgets import Budgets
    from botkit.llm.gateway import Gateway

    own = model is None
    if model is None:
        model, media = await open_model(settings.endpoint)
    served = [_served(model, settings.endpoint, spans)]
    if settings.fallback is not None and own:
        second, _ = await open_model(settings.fallback)
        served.append(_served(second, settings.fallback, spans))
    return Gateway(
        served,
        clock,
        timeouts=settings.endpoint.timeouts,
        tries_again=settings.retries,
        media=media,
        budgets=Budgets(shared, settings.budgets, settings.endpoint.api_key) if settings.budgets else None,
        masking=(lambda: Masking(settings.mask)) if settings.mask else None,
    )


def _served(model: LanguageModel, endpoint: Endpoint, spans: Spans | None) -> "Served":
    from botkit.llm.gateway import Served

    if spans is not None:
        from botkit.runtime.tracing import TracedModel

        model = TracedModel(model, spans)
    return Served(model, endpoint.prices, endpoint.max_tokens)


async def look_at_model(endpoint: Endpoint) -> str:
    """Ask a model for one word, and say how that went. Raises ConfigError, ModelError."""
    model, _ = await open_model(msgspec.structs.replace(endpoint, timeouts=_PATIENCE))
    request = ModelRequest([ChatMessage("user", "Say: yes")], max_tokens=16 if endpoint.local else 300)
    try:
        made = await model.complete(request)
    except ModelError as error:
        if error.reason not in ("truncated", "empty", "refused"):
            raise
        return f"{endpoint.shown} answers"
    finally:
        await model.close()
    return f"{endpoint.shown} answers in {made.seconds:.1f} s"
