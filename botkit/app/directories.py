"""A bot's directory: its files read and checked, with every problem of every file at once."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from botkit.app.articles import article_files, is_article, read_articles, read_source
from botkit.app.clear_secrets import find_clear_secrets
from botkit.app.config import FILE, Channel, Config, missing_variables, read_config
from botkit.app.embedders import lacks
from botkit.app.files import lacks_of_bucket
from botkit.app.hours import refuse_no_zones
from botkit.app.mcp import servers_of
from botkit.app.models import lacks_of, placed, settings_of
from botkit.app.prompts import read_prompts
from botkit.app.safety import check_rules
from botkit.app.teams import Desk, check_desks, unknown_teams
from botkit.errors import BotkitError, ConfigError, Place, Problem
from botkit.flows import load, read_locale
from botkit.flows.nodes import Way
from botkit.model.catalogue import Capabilities, Catalogue
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale, serving
from botkit.ports.clocks import Clock
from botkit.registry.connectors import ConnectorSpec, missing_secrets
from botkit.registry.discovery import find_connector
from botkit.registry.registry import Registry
from botkit.registry.settings import read_settings
from botkit.stores import open_store
from botkit.understanding.values import PARSERS

_LOCALES = Path(__file__).parents[1] / "locales"
_NO_FLOWS = ("tests", "plugins", "knowledge", "locales", "prompts")
MOST_BYTES = 1 << 20


class Checked(msgspec.Struct, frozen=True):
    """What a directory holds: the configuration, the flows (None if there are errors), and all problems.

    `sources` are the texts of the flow files and of the articles by their paths in the directory, `prompts` those of
    its own prompts by their names.
    """

    directory: Path
    config: Config
    flows: FlowSet | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]
    registry: Registry
    connectors: dict[str, ConnectorSpec]
    prompts: Mapping[str, str] = {}

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the bot from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check_directory(
    directory: Path, *, clock: Clock | None = None, instead: Mapping[str, str] = MappingProxyType({})
) -> Checked:
    """Read and check a bot's directory. Paths in problems are as `directory` was given.

    `instead` are texts of flow files, by such paths, in place of what stands there, or of files that are not there.
    Raises ConfigError on a machine that knows no time zones.
    """
    refuse_no_zones()
    with _uncollected():
        return _check(directory, clock, instead)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector still: it would walk the trees that are read again and again, and free nothing."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _check(directory: Path, clock: Clock | None, instead: Mapping[str, str]) -> Checked:
    problems: list[Problem] = []
    shown = str(directory / FILE)
    files = {**_read_files(directory, problems), **instead} if (directory / FILE).exists() else {}
    text = files.pop(shown, None)
    if text is None:
        problems += [] if problems else [_no_bot(directory)]
        text = ""
    config, found = read_config(text, shown, variables_of(directory))
    config = msgspec.structs.replace(config, models=placed(config.models, directory))
    problems += found
    unread = any(problem.code == "yaml" for problem in found)
    problems += _check_store(config, shown)
    if config.bucket is not None:
        problems += filter(None, [lacks_of_bucket(config.bucket, config.bucket_place)])
    if config.embedder is not None:
        problems += filter(None, [lacks(config.embedder, directory, config.embedder_place)])
    lacking = lacks_of(config.models, config.models_place) if config.models is not None else None
    problems += filter(None, [lacking])
    problems += find_clear_secrets(text, shown, files)
    servers, unlisted, lacking_servers = servers_of(
        config.servers, config.server_places, config.server_lacks, directory
    )
    problems += lacking_servers
    registry, errors = Registry.survey(
        config.plugins, directory, config.plugin_settings, clock=clock, servers=servers
    )
    problems += [problem for error in errors for problem in _as_problems(error, config, shown)]
    specs = _find_channels(config, problems)
    locales = load_locales(directory, problems)
    unknown = [code for code in config.settings.locales if serving(code, locales) is None]
    problems += [_no_locale(code, config.locale_places.get(code, Place(shown)), locales) for code in unknown]
    settings = msgspec.structs.replace(
        config.settings,
        locales=tuple(c for c in config.settings.locales if c not in unknown) or ("en",),
        **({} if config.models is None or lacking is not None else settings_of(config.models)),
    )
    codes = config.settings.locales
    texts = {
        path: text
        for path in article_files(directory)
        if (text := read_source(path, codes, read_file, problems)) is not None
    }
    written = {path.relative_to(directory).as_posix(): text for path, text in texts.items()}
    articles, wrong = read_articles(written, config.settings.locales, directory)
    problems += wrong
    catalogue = catalogue_of(registry, config, specs, articles=bool(articles), unlisted=unlisted)
    kept = {Path(path).relative_to(directory).as_posix(): text for path, text in files.items()} | written
    named = msgspec.structs.replace(catalogue, models=config.models is not None)  # what it lacks is told above
    flows, found = load(files, settings, named, locales, kept)
    if flows is not None:
        flows = msgspec.structs.replace(flows, articles=articles, catalogue=catalogue)
    problems += [problem for problem in found if not ((errors or unread) and _follows(problem))]
    desks = _desks_of(config, specs)
    problems += unknown_teams(desks, config.settings.teams)
    if flows is not None:
        problems += check_desks(desks, flows)
        problems += check_rules(config.safety, flows, config.safety_place)
    prompts = read_prompts(directory, problems)
    if any(problem.severity == "error" for problem in problems):
        flows = None
    unique = tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.place, p.code, p.message)))
    return Checked(directory, config, flows, unique, kept, registry, specs, prompts)


def _check_store(config: Config, shown: str) -> list[Problem]:
    """Say what is wrong with the store's URL; nothing is opened."""
    try:
        open_store(config.store, config.durability)
    except ConfigError as error:
        place = config.store_place if config.store_place.file else Place(shown)
        return [Problem(place, error.code, error.message, error.hint)]
    return []


def _follows(problem: Problem) -> bool:
    """Tell whether a problem may only be the consequence of a plugin, or a bot.yaml, that could not be read."""
    return problem.code == "unknown-plugin"


def rebuild(checked: Checked, version: str, sources: Mapping[str, str], settings: Settings) -> FlowSet | None:
    """Build a version of a bot's flows from its sources, with today's plugins; None if they do not load."""
    return rebuild_checked(checked, version, sources, settings)[0]


def rebuild_checked(
    checked: Checked, version: str, sources: Mapping[str, str], settings: Settings
) -> tuple[FlowSet | None, Sequence[Problem]]:
    """Build a version as `rebuild` does, and give the errors for which it does not load.

    It keeps its name: sessions are pinned to that, also after a change in bot.yaml. It has the articles that it had.
    """
    locales = load_locales(checked.directory, [])
    written = {path: text for path, text in sources.items() if is_article(path)}
    articles, _ = read_articles(written, settings.locales)
    unlisted = checked.flows.catalogue.unlisted if checked.flows is not None else ()
    catalogue = catalogue_of(
        checked.registry, checked.config, checked.connectors, articles=bool(articles), unlisted=unlisted
    )
    flows, problems = load(
        {path: text for path, text in sources.items() if path not in written}, settings, catalogue, locales
    )
    if flows is None:
        return None, [problem for problem in problems if problem.severity == "error"]
    return msgspec.structs.replace(flows, version=version, articles=articles), ()


def catalogue_of(
    registry: Registry,
    config: Config,
    specs: Mapping[str, ConnectorSpec],
    *,
    articles: bool,
    unlisted: tuple[str, ...] = (),
) -> Catalogue:
    """Give what the flows may use: the plugins' actions and types, botkit's own types, the channels, articles."""
    channels: dict[str, Capabilities] = {name: spec.capabilities for name, spec in specs.items()}
    made = registry.catalogue(channels, models=has_models(config), articles=articles, sees=sees_pictures(config))
    return msgspec.structs.replace(made, types={**PARSERS, **made.types}, unlisted=unlisted)


def has_models(config: Config) -> bool:
    """Tell whether a language model is there to be asked, if only by steps."""
    return config.models is not None and lacks_of(config.models, config.models_place) is None


def sees_pictures(config: Config) -> bool:
    """Tell whether the language model of bot.yaml can see pictures."""
    return config.models is not None and config.models.endpoint.vision


def variables_of(directory: Path) -> dict[str, str]:
    """Give the variables that bot.yaml may name: .env of the bot, of the working directory, the environment."""
    return {**dotenv_of(directory), **os.environ}


def dotenv_of(directory: Path) -> dict[str, str]:
    """Give the variables of .env of the bot, and of the working directory."""
    found: dict[str, str] = {}
    for path in (Path(".env"), directory / ".env"):
        if path.is_file():
            from dotenv import dotenv_values  # many bots have no .env

            found |= {key: value for key, value in dotenv_values(path).items() if value is not None}
    return found


def _read_files(directory: Path, problems: list[Problem]) -> dict[str, str]:
    files: dict[str, str] = {}
    for path in sorted([*directory.rglob("*.yaml"), *directory.rglob("*.yml")]):
        inside = path.relative_to(directory)
        if inside.parts[0] in _NO_FLOWS or any(part.startswith(".") for part in inside.parts):
            continue
        text = read_file(path, problems)
        if text is not None:
            files[str(path)] = text
    return files


def read_file(path: Path, problems: list[Problem]) -> str | None:
    """Read a text file; what can't be read is a problem."""
    try:
        if path.stat().st_size > MOST_BYTES:
            size = path.stat().st_size
            problems.append(
                Problem(
                    Place(str(path)),
                    "too-large",
                    f"the file has {size:,} bytes, more than {MOST_BYTES:,}",
                    "split it",
                )
            )
            return None
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(Place(str(path)), "not-utf8", f"the file is not UTF-8 (byte {error.start + 1})"))
    except OSError as error:
        problems.append(Problem(Place(str(path)), "unreadable", f"the file cannot be read: {error.strerror}"))
    return None


def _no_bot(directory: Path) -> Problem:
    if not directory.is_dir():
        return Problem(Place(str(directory)), "no-bot", "there is no such directory", "botkit new NAME makes one")
    return Problem(
        Place(str(directory / FILE)), "no-bot", "a bot's directory has a bot.yaml", "botkit new NAME makes one"
    )


def _as_problems(error: BotkitError, config: Config, shown: str) -> list[Problem]:
    name = next((name for name in config.plugin_places if f"'{name}'" in error.message), "")
    place = config.plugin_places.get(name, Place(shown))
    return _problems_of(error, error.place or place, config.setting_places.get(name, {}))


def _problems_of(error: BotkitError, place: Place, inside: Mapping[Way, Place]) -> list[Problem]:
    """Give an error as problems: of settings each fault at its key, or as near to it as there is something."""
    if not isinstance(error, ConfigError) or not error.faults:
        return [Problem(place, error.code, error.message, error.hint)]
    return [
        Problem(_nearest(fault.key, inside) or place, error.code, fault.message, fault.hint) for fault in error.faults
    ]


def _nearest(key: Way, inside: Mapping[Way, Place]) -> Place | None:
    return next((inside[key[:most]] for most in range(len(key), 0, -1) if key[:most] in inside), None)


def _find_channels(config: Config, problems: list[Problem]) -> dict[str, ConnectorSpec]:
    specs: dict[str, ConnectorSpec] = {}
    for name, channel in config.channels.items():
        try:
            specs[name] = find_connector(name)
            problems += _check_channel(specs[name], channel)
        except BotkitError as error:
            problems.append(Problem(channel.place, error.code, error.message, error.hint))
    return specs


def _check_channel(spec: ConnectorSpec, channel: Channel) -> list[Problem]:
    """Say what is wrong with a channel's settings, unless it lacks a secret and so is skipped."""
    if missing_secrets(spec, channel.settings):
        return []
    problems = []
    if channel.missing:
        hint = "set it in the environment or in .env"  # most are secrets, for which no default should stand here
        what = f"the channel '{spec.name}'"
        problems.append(missing_variables(channel.place, what, channel.missing, "warning", hint))
    try:
        read_settings(spec.settings, channel.settings, f"channels.{spec.name}")
    except ConfigError as error:
        problems += _problems_of(error, channel.place, channel.places)
    return problems


def _desks_of(config: Config, specs: Mapping[str, ConnectorSpec]) -> dict[str, Desk]:
    """Give the channels in which teams are, with those teams; settings with a mistake, which is said, have none."""
    desks = {}
    for name, spec in specs.items():
        channel = config.channels[name]
        if spec.teams is None or missing_secrets(spec, channel.settings):
            continue
        with suppress(ConfigError):
            settings = read_settings(spec.settings, channel.settings, f"channels.{name}")
            if teams := spec.teams(settings):
                desks[name] = Desk(channel.place, tuple(teams))
    return desks


# Locales


class Locales(Mapping[str, Locale]):
    """The locales that a bot may use, by code: its own, and the shipped ones, each read when first asked for."""

    def __init__(self, own: Mapping[str, Locale] | None = None) -> None:
        self._own = own or {}

    def __getitem__(self, code: str) -> Locale:
        """Give a locale; a bot's own replaces the shipped one."""
        if code in self._own:
            return self._own[code]
        if code in shipped_codes():
            return _shipped(code)
        raise KeyError(code)

    def __contains__(self, code: object) -> bool:
        """Tell whether there is such a locale, without reading it."""
        return code in self._own or code in shipped_codes()

    def __iter__(self) -> Iterator[str]:
        """Give the codes."""
        return iter(dict.fromkeys((*shipped_codes(), *self._own)))

    def __len__(self) -> int:
        """Count the locales."""
        return len({*shipped_codes(), *self._own})


def load_locales(directory: Path, problems: list[Problem]) -> Locales:
    """Give the shipped locales and those of the bot's own `locales/`, which replace the shipped ones."""
    own: dict[str, Locale] = {}
    for path in sorted((directory / "locales").glob("*.yaml")):
        text = read_file(path, problems)
        locale, wrong = read_locale(text, str(path)) if text is not None else (None, ())
        problems += wrong
        if locale is not None:
            own[locale.code] = locale
    return Locales(own)


@lru_cache(maxsize=1)
def shipped_codes() -> tuple[str, ...]:
    """Name the locales that come with botkit."""
    return tuple(sorted(path.stem for path in _LOCALES.glob("*.yaml")))


@lru_cache(maxsize=32)
def _shipped(code: str) -> Locale:
    path = _LOCALES / f"{code}.yaml"
    locale, problems = read_locale(path.read_text(encoding="utf-8"), path.name)
    if locale is None:
        raise BotkitError("\n".join(map(str, problems)))
    return locale


def _no_locale(code: str, place: Place, locales: Mapping[str, Locale]) -> Problem:
    hint = f"there are {', '.join(sorted(locales))}; another can stand in locales/{code}.yaml of the bot"
    return Problem(place, "unknown-locale", f"there is no locale '{code}'", hint)
