"""bot.yaml: what a bot is called, where it speaks, what it may use."""

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from botkit.app.embedders import read_embedder
from botkit.app.files import read_files
from botkit.app.hours import read_zone
from botkit.app.mcp import read_servers
from botkit.app.models import read_mode, read_models
from botkit.app.safety import read_safety
from botkit.app.teams import Agent, read_agents, read_teams
from botkit.carriers import read_nats
from botkit.errors import NOWHERE, ConfigError, Place, Problem, Severity
from botkit.flows import Node, Report, age, read, seconds_or_never, shapes
from botkit.flows.nodes import Way, ways
from botkit.llm import ModelSettings
from botkit.llm.settings import Mode
from botkit.model.flowset import Settings
from botkit.model.hours import Hours
from botkit.ports.files import FileLimits
from botkit.registry.servers import ServerSettings
from botkit.runtime.retention import Ages
from botkit.safety import NO_RULES, Rules
from botkit.stores.buckets import BucketSettings
from botkit.stores.connection import Durability
from botkit.understanding.embedders import EmbedderSettings

FILE = "bot.yaml"
KEYS = (
    "name", "locales", "timezone", "currency", "country", "channels", "plugins", "store", "understanding", "llm",
    "mcp", "safety", "handoff", "session", "turns", "limits", "api", "files", "carrier", "retention",
)  # fmt: skip
LEAST_AGE = 86_400.0  # seconds after which something may go
LONGEST_MERGE = 30.0  # seconds
LIMITS = {
    "message": ("longest_message", 100, 100_000),
    "waiting": ("most_waiting", 5, 10_000),
}  # setting, least, most
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class Channel(msgspec.Struct, frozen=True):
    """A channel as configured: the settings of its connector, and the variables that it names but nobody set."""

    settings: dict[str, Any]
    place: Place
    missing: tuple[str, ...] = ()
    places: Mapping[Way, Place] = {}  # of the settings


class Config(msgspec.Struct, frozen=True):
    """A bot's configuration. `store` is a URL as written: a relative path is relative to the bot's directory."""

    settings: Settings
    channels: dict[str, Channel] = {}
    plugins: tuple[str, ...] = ()
    plugin_settings: dict[str, dict[str, Any]] = {}
    plugin_places: dict[str, Place] = {}
    setting_places: dict[str, Mapping[Way, Place]] = {}
    locale_places: dict[str, Place] = {}
    store: str = "sqlite:///bot.db"
    durability: Durability = "normal"
    store_place: Place = NOWHERE
    carrier: str = ""
    embedder: EmbedderSettings | None = None
    embedder_place: Place = NOWHERE
    safety: Rules = NO_RULES
    safety_place: Place = NOWHERE
    agents: Mapping[str, Agent] = {}
    token: str = ""
    events_secrets: tuple[str, ...] = ()
    files: FileLimits = FileLimits()
    bucket: BucketSettings | None = None
    bucket_place: Place = NOWHERE
    retention: Ages = Ages()
    models: ModelSettings | None = None
    models_place: Place = NOWHERE
    llm_mode: Mode = "fallback"  # of a model that a program brings, where bot.yaml names none
    servers: dict[str, ServerSettings] = {}
    server_places: dict[str, Place] = {}
    server_lacks: dict[str, tuple[str, ...]] = {}


def read_config(
    text: str, file: str, variables: Mapping[str, str] | None = None
) -> tuple[Config, tuple[Problem, ...]]:
    """Read bot.yaml; `variables` replace `${NAME}` (the environment if not given). All problems at once."""
    report = Report()
    node, problems = read(text, file)
    report.extend(problems)
    if node is None or node.empty:
        return Config(Settings()), tuple(report.problems)
    known = os.environ if variables is None else variables
    found = shapes.fields(node, "bot.yaml", KEYS, report)
    config = _assemble(found, known, report)
    return config, tuple(sorted(report.problems, key=lambda problem: problem.place))


def _assemble(found: Mapping[str, Node], variables: Mapping[str, str], report: Report) -> Config:
    settings = _settings(found, report)
    plugins, plugin_settings, plugin_places, setting_places = _plugins(found.get("plugins"), variables, report)
    store, durability = _store(found.get("store"), variables, report)
    safety, length = read_safety(found.get("safety"), report)
    if length is not None:
        settings = msgspec.structs.replace(settings, longest_message=length)
    limits, bucket, bucket_place = read_files(found.get("files"), partial(_filled, variables, report), report)
    servers, server_places, server_lacks = read_servers(found.get("mcp"), partial(_filled, variables, report), report)
    return Config(
        servers=servers,
        server_places=server_places,
        server_lacks=server_lacks,
        settings=settings,
        channels=_channels(found.get("channels"), variables, report),
        plugins=plugins,
        plugin_settings=plugin_settings,
        plugin_places=plugin_places,
        setting_places=setting_places,
        locale_places=_places_of(found.get("locales")),
        store=store,
        store_place=found["store"].place if "store" in found else NOWHERE,
        durability=durability,
        carrier=_carrier(found.get("carrier"), variables, report),
        **_embedder(found.get("understanding"), variables, report),
        safety=safety,
        safety_place=found["safety"].place if "safety" in found else NOWHERE,
        agents=read_agents(found.get("handoff"), settings.teams, partial(_secret, variables, report), report),
        files=limits,
        bucket=bucket,
        bucket_place=bucket_place,
        retention=_retention(found.get("retention"), report),
        models=read_models(found.get("llm"), partial(_filled, variables, report), report),
        llm_mode=read_mode(found.get("llm")),
        models_place=found["llm"].place if "llm" in found else NOWHERE,
        **_access(found.get("api"), variables, report),
    )


def fill_variables(data: Any, variables: Mapping[str, str], missing: list[str]) -> Any:
    """Replace `${NAME}` and `${NAME:-default}` in every text of some data; unset names are added to `missing`."""
    if isinstance(data, str):
        return VARIABLE.sub(lambda match: _variable(match, variables, missing), data)
    if isinstance(data, dict):
        return {key: fill_variables(value, variables, missing) for key, value in data.items()}
    if isinstance(data, list):
        return [fill_variables(item, variables, missing) for item in data]
    return data


def _variable(match: re.Match[str], variables: Mapping[str, str], missing: list[str]) -> str:
    name, default = match[1], match[2]
    value = variables.get(name) or default
    if value is None:
        missing.append(name)
        return ""
    return value


def missing_variables(
    place: Place,
    what: str,
    names: Sequence[str],
    severity: Severity = "error",
    hint: str = "set it, or give a default: ${NAME:-value}",
) -> Problem:
    """Say that something in bot.yaml names variables that nobody set."""
    named = list(dict.fromkeys(names))
    message = f"{what} needs the variable{'s' if len(named) > 1 else ''} {' and '.join(named)}"
    return Problem(place, "missing-variable", message, hint, severity)


def _warn_of_missing(node: Node, what: str, names: Sequence[str], report: Report) -> None:
    """Warn of variables that nobody set, where the bot runs without what they are for."""
    if names:
        report.extend([missing_variables(node.place, what, names, "warning")])


def _settings(found: Mapping[str, Node], report: Report) -> Settings:
    made: dict[str, Any] = {}
    for key in ("name", "currency", "country"):
        if key in found and (text := shapes.text(found[key], f"'{key}'", report)) is not None:
            made[key] = text
    if "locales" in found:
        locales = shapes.texts(found["locales"], "'locales'", report)
        if locales:
            made["locales"] = tuple(dict.fromkeys(locales))
    if "timezone" in found:
        made["timezone"] = read_zone(found["timezone"], report) or "UTC"
    if "channels" in found and found["channels"].kind == "mapping":
        made["channels"] = tuple(key.raw for key, _ in found["channels"].entries)
    made.update(_understanding(found.get("understanding"), report))
    made.update(_session(found.get("session"), report))
    made.update(_turns(found.get("turns"), report))
    made.update(_limits(found.get("limits"), report))
    made.update(read_teams(found.get("handoff"), Hours((), made.get("timezone", "UTC")), report))
    if len(made.get("currency", "EUR")) != 3:
        message = f"'currency' takes an ISO 4217 code such as EUR, not {found['currency'].raw[:40]!r}"
        report.error(found["currency"].place, "unknown-value", message)
    return Settings(**made)


def _understanding(node: Node | None, report: Report) -> dict[str, float]:
    keys = ("intent_threshold", "clarify_margin", "answer_threshold", "knowledge_threshold")
    found = shapes.fields(node, "'understanding'", (*keys, "embedder"), report) if node is not None else {}
    made = {key: shapes.number(found[key], f"'{key}'", report, 0.0, 1.0) for key in keys if key in found}
    return {key: value for key, value in made.items() if value is not None}


def _embedder(node: Node | None, variables: Mapping[str, str], report: Report) -> dict[str, Any]:
    named = node.get("embedder") if node is not None and node.kind == "mapping" else None
    if named is None:
        return {}
    return {
        "embedder": read_embedder(named, partial(_secret, variables, report), report),
        "embedder_place": named.place,
    }


def _session(node: Node | None, report: Report) -> dict[str, float]:
    found = shapes.fields(node, "'session'", ("idle", "verified"), report) if node is not None else {}
    idle = _duration(found.get("idle"), "idle", "24h", report)
    verified = _duration(found.get("verified"), "verified", "1h", report)
    return {**({} if idle is None else {"idle": idle}), **({} if verified is None else {"verified_for": verified})}


def _places_of(node: Node | None) -> dict[str, Place]:
    """Give where each text of a list, or of a text alone, stands first."""
    return {one.raw: one.place for one in reversed(node.items or (node,))} if node is not None else {}


def _duration(node: Node | None, key: str, example: str, report: Report) -> float | None:
    if node is None:
        return None
    found = seconds_or_never(node.raw)
    if found is None:
        report.error(node.place, "bad-duration", f"'{key}' takes a duration such as {example}, not {node.raw!r}")
    return found


def _turns(node: Node | None, report: Report) -> dict[str, float]:
    found = shapes.fields(node, "'turns'", ("merge_within",), report) if node is not None else {}
    within = _duration(found.get("merge_within"), "merge_within", "2s", report)
    if within is None:
        return {}
    if within > LONGEST_MERGE:
        message = f"'merge_within' takes at most {LONGEST_MERGE:g}s, for so long every answer waits"
        report.error(found["merge_within"].place, "unknown-value", message)
        return {}
    return {"merge_within": within}


def _limits(node: Node | None, report: Report) -> dict[str, int]:
    found = shapes.fields(node, "'limits'", tuple(LIMITS), report) if node is not None else {}
    made: dict[str, int] = {}
    for key, value in found.items():
        name, least, most = LIMITS[key]
        number = shapes.number(value, f"'{key}'", report, least, most)
        if number is not None:
            made[name] = int(number)
    return made


def _free(node: Node | None, what: str, variables: Mapping[str, str], report: Report) -> dict[str, Any]:
    """Read a mapping whose keys belong to another part of the framework."""
    if node is None or node.empty:
        return {}
    missing: list[str] = []
    filled: dict[str, Any] = fill_variables(dict(shapes.mapping(node, what, report)), variables, missing)
    _warn_of_missing(node, what, missing, report)
    return filled


def _channels(node: Node | None, variables: Mapping[str, str], report: Report) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    for key, value in shapes.named(node, "'channels'", report) if node is not None else ():
        missing: list[str] = []
        raw = {} if value.empty else dict(shapes.mapping(value, f"the channel '{key.raw}'", report))
        channels[key.raw] = Channel(
            fill_variables(raw, variables, missing), key.place, tuple(missing), dict(ways(value))
        )
    return channels


def _plugins(
    node: Node | None, variables: Mapping[str, str], report: Report
) -> tuple[tuple[str, ...], dict[str, dict[str, Any]], dict[str, Place], dict[str, Mapping[Way, Place]]]:
    names: list[str] = []
    settings: dict[str, dict[str, Any]] = {}
    places: dict[str, Place] = {}
    inside: dict[str, Mapping[Way, Place]] = {}
    for item in shapes.items(node, "'plugins'", report) if node is not None else ():
        if item.kind == "mapping" and len(item.entries) == 1:
            key, value = item.entries[0]
            name = key.raw
            inside[name] = dict(ways(value))
            settings[name] = _free(value, f"the settings of plugin '{name}'", variables, report)
        else:
            name = shapes.text(item, "a plugin", report) or ""
        if name in names:
            report.error(item.place, "duplicate-name", f"the plugin '{name}' is named twice")
        elif name:
            names.append(name)
            places[name] = item.place
    return tuple(names), settings, places, inside


def _store(node: Node | None, variables: Mapping[str, str], report: Report) -> tuple[str, Durability]:
    url: str = "sqlite:///bot.db"
    durability: Durability = "normal"
    if node is None:
        return url, durability
    if node.kind == "mapping":
        found = shapes.fields(node, "'store'", ("url", "durability"), report)
        if "url" in found:
            url = shapes.text(found["url"], "'url'", report) or url
        if "durability" in found:
            chosen = shapes.choice(found["durability"], "'durability'", ("normal", "full"), report)
            durability = "full" if chosen == "full" else "normal"
    else:
        url = shapes.text(node, "'store'", report) or url
    missing: list[str] = []
    filled: str = fill_variables(url, variables, missing)
    if missing:
        report.extend([missing_variables(node.place, "'store'", missing)])
        return "sqlite:///bot.db", durability  # what is left of its own would be a second mistake
    return filled, durability


def _carrier(node: Node | None, variables: Mapping[str, str], report: Report) -> str:
    if node is None or node.empty:
        return ""
    missing: list[str] = []
    url: str = fill_variables(shapes.text(node, "'carrier'", report) or "", variables, missing)
    if missing:
        report.extend([missing_variables(node.place, "'carrier'", missing)])
    elif url:
        try:
            read_nats(url)
        except ConfigError as error:
            report.error(node.place, "unknown-value", error.message, error.hint)
    return url


def _retention(node: Node | None, report: Report) -> Ages:
    """Read after how long what goes."""
    kinds = Ages.__struct_fields__
    found = shapes.fields(node, "'retention'", kinds, report) if node is not None else {}
    made: dict[str, float] = {}
    for key, value in found.items():
        seconds_ = age(value.raw) if value.kind == "scalar" else None
        if seconds_ is None:
            message = f"'{key}' takes an age such as 90d or 2y, not {value.raw[:40]!r}"
            report.error(value.place, "bad-duration", message, "d, w and y; at most 100y")
        elif seconds_ < LEAST_AGE:
            message = f"'{key}' takes at least a day, and {value.raw!r} is less"
            report.error(value.place, "out-of-range", message, "m are minutes: 90 days are 90d, two years 2y")
        else:
            made[key] = seconds_
    return Ages(**made)


def _access(node: Node | None, variables: Mapping[str, str], report: Report) -> dict[str, Any]:
    """Read who may look at the bot, and whose events it takes."""
    found = shapes.fields(node, "'api'", ("token", "events_secret"), report) if node is not None else {}
    made: dict[str, Any] = {}
    if "token" in found:
        made["token"] = _secret(variables, report, found["token"], "'token'")
    if "events_secret" in found:
        several = shapes.texts(found["events_secret"], "'events_secret'", report)
        made["events_secrets"] = _secrets(found["events_secret"], "'events_secret'", several, variables, report)
    return made


def _filled(variables: Mapping[str, str], report: Report, node: Node, what: str) -> tuple[str, tuple[str, ...]]:
    """Read a text with its variables filled in, and those that nobody set."""
    missing: list[str] = []
    filled: str = fill_variables(shapes.text(node, what, report) or "", variables, missing)
    return filled, tuple(missing)


def _secret(variables: Mapping[str, str], report: Report, node: Node, what: str) -> str:
    """Read one secret; empty if its variable is not set."""
    return "".join(_secrets(node, what, (shapes.text(node, what, report) or "",), variables, report))


def _secrets(
    node: Node, what: str, texts: Sequence[str], variables: Mapping[str, str], report: Report
) -> tuple[str, ...]:
    """Fill in the variables of secrets; those that are empty then are left out."""
    missing: list[str] = []
    filled: list[str] = fill_variables(list(texts), variables, missing)
    _warn_of_missing(node, what, missing, report)
    return tuple([secret for secret in filled if secret])
