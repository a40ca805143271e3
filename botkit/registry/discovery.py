"""Finding plugins and connectors: by the entry points that packages declare, or plugins by their path in the bot."""

import difflib
import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from botkit.errors import NOWHERE, ConfigError, Place, RegistryError
from botkit.ports.connectors import Connector
from botkit.registry.connectors import BotInfo, ConnectorSpec
from botkit.registry.plugins import Plugin
from botkit.registry.settings import read_settings

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

PLUGINS = "botkit.plugins"
CONNECTORS = "botkit.connectors"
_BARE = re.compile(r"Plugin\.(\w+)\(\) takes 1 positional argument but 2 were given")


class Discovered(msgspec.Struct, frozen=True):
    """A plugin, its name or path in bot.yaml, and where it came from, for messages: a distribution or a file."""

    plugin: Plugin
    name: str
    origin: str


def find_plugin(name: str, directory: Path) -> Discovered:
    """Load the plugin of an entry point's name, or of a path such as `./plugins/loyalty.py`. Raises RegistryError."""
    if "/" in name or name.endswith(".py"):
        return _from_path(name, directory)
    point = _entry_point(PLUGINS, name, "plugin")
    plugin = _load(point, "plugin")
    if not isinstance(plugin, Plugin):
        raise RegistryError(f"plugin '{name}' of {_dist(point)}: {point.value} is not a botkit.Plugin")
    if plugin.name != name:
        raise RegistryError(f"plugin '{name}' of {_dist(point)} calls itself '{plugin.name}'; the two have to agree")
    return Discovered(plugin, name, _dist(point))


def find_connector(name: str) -> ConnectorSpec:
    """Load the connector of an entry point's name. Raises RegistryError."""
    point = _entry_point(CONNECTORS, name, "connector")
    spec = _load(point, "connector")
    if not isinstance(spec, ConnectorSpec):
        raise RegistryError(f"connector '{name}' of {_dist(point)}: {point.value} is not a botkit.ConnectorSpec")
    if spec.name != name:
        raise RegistryError(f"connector '{name}' of {_dist(point)} calls itself '{spec.name}'; the two have to agree")
    return spec


def build_connector(spec: ConnectorSpec, raw: object, bot: BotInfo) -> Connector:
    """Make a channel from what stands under its name in bot.yaml.

    Raises ConfigError for bad settings and RegistryError when it cannot be built, its SDK missing for instance.
    """
    settings = read_settings(spec.settings, raw, f"channels.{spec.name}")
    try:
        return spec.build(settings, bot)
    except (ConfigError, RegistryError):
        raise
    except ImportError as error:
        points = [point for point in _points(CONNECTORS) if point.name == spec.name]
        raise _missing("connector", spec.name, points[0] if points else None, error) from error
    except (Exception, SystemExit) as error:
        raise _broken("connector", spec.name, "cannot be built", error) from error


def names(group: str) -> list[str]:
    """Give the names that installed packages register in a group, sorted."""
    return sorted({point.name for point in _points(group)})


def _points(group: str) -> "EntryPoints":
    from importlib.metadata import entry_points  # slow to load, and a bot may have nothing to look up

    return entry_points(group=group)


def _entry_point(group: str, name: str, kind: str) -> "EntryPoint":
    points = {_dist(point): point for point in _points(group) if point.name == name}
    if len(points) > 1:
        both = " and ".join(sorted(points))
        raise RegistryError(f"{kind} '{name}' is registered by {both}", hint="uninstall all but one")
    if not points:
        raise RegistryError(f"there is no {kind} '{name}'", hint=_advice(group, name, kind))
    return next(iter(points.values()))


def _advice(group: str, name: str, kind: str) -> str:
    near = difflib.get_close_matches(name, names(group), 1)
    if near:
        return f"did you mean '{near[0]}'?"
    known = ", ".join(names(group)) or "none"
    return f"installed are: {known}; for another one, pip install the package that brings this {kind}"


def _load(point: "EntryPoint", kind: str) -> Any:
    try:
        return point.load()
    except RegistryError:
        raise
    except ImportError as error:
        raise _missing(kind, point.name, point, error) from error
    except (Exception, SystemExit) as error:
        raise _broken(kind, point.name, f"of {_dist(point)} cannot be imported", error) from error


def _missing(kind: str, name: str, point: "EntryPoint | None", error: ImportError) -> RegistryError:
    """Say what to install; a package with an extra of the connector's name means that extra."""
    lacks = (error.name or "a module").partition(".")[0]
    dist = point.dist if point else None
    extras = dist.metadata.get_all("Provides-Extra") or [] if dist else []
    if dist and name in extras:
        hint = f"pip install '{dist.name}[{name}]'"
    elif isinstance(error, ModuleNotFoundError) and point and lacks != point.module.partition(".")[0]:
        hint = f"pip install the package that brings '{lacks}'"
    else:
        hint = str(error)
    return RegistryError(f"{kind} '{name}' needs {lacks}, which cannot be imported", hint=hint)


def _broken(kind: str, name: str, what: str, error: BaseException) -> RegistryError:
    bare = _BARE.match(str(error)) if isinstance(error, TypeError) else None
    hint = f"write @plugin.{bare[1]}(...), with what it takes in brackets" if bare else ""
    place = _last_place(error)
    return RegistryError(f"{kind} '{name}' {what}: {type(error).__name__}: {error}", place=place, hint=hint)


def place_in(function: Callable[..., Any] | None, error: BaseException) -> Place | None:
    """Give where an exception left a plugin: the innermost place of the package that a function of its stands in.

    Else, as when it was given up, it is the function's own; None without one.
    """
    code = getattr(inspect.unwrap(function), "__code__", None) if function is not None else None
    if function is None or code is None:
        return None
    package = _package_of(function.__module__)
    for one in (error, error.__cause__):
        inside = [place for module, place in _passed(one) if _package_of(module) == package]
        if inside:
            return inside[-1]
    return Place(code.co_filename, code.co_firstlineno)


def _passed(error: BaseException | None) -> Iterator[tuple[str, Place]]:
    """Give the modules and places that an exception passed, the innermost last."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        yield trace.tb_frame.f_globals.get("__name__", ""), Place(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next


def _package_of(module: str) -> str:
    return module.partition(".")[0]


def _last_place(error: BaseException) -> Place:
    """Give the innermost place that an exception passed; of a syntax error, the place that it names."""
    if isinstance(error, SyntaxError) and error.filename:
        return Place(error.filename, error.lineno or 1, error.offset or 1)
    return next((place for _, place in reversed([*_passed(error)])), NOWHERE)


def _dist(point: "EntryPoint") -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


class _FreshLoader(SourceFileLoader):
    """Reads the source each time: a file that was just saved may still have the size and second of its cache."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader serves one file
        return self.source_to_code(self.get_data(self.path), self.path)


def _from_path(name: str, directory: Path) -> Discovered:
    path = (directory / name).resolve()
    file = path / "__init__.py" if path.is_dir() else path
    if file.suffix != ".py" or not file.is_file():
        raise RegistryError(f"there is no plugin file '{name}'", hint=f"looked for {file}")
    try:
        module = _import(file)
    except RegistryError:
        raise
    except ImportError as error:
        raise _missing("plugin", name, None, error) from error
    except (Exception, SystemExit) as error:
        raise _broken("plugin", name, "cannot be imported", error) from error
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin):
        hint = 'write `plugin = Plugin("name")` at the top level'
        raise RegistryError(f"'{name}' has no `plugin`", place=Place(str(file)), hint=hint)
    return Discovered(plugin, name, name)


def _import(file: Path) -> ModuleType:
    """Import a file anew, under a name that no other module has; a package's modules are read anew as well."""
    name = f"botkit_local_{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"
    for old in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[old]
    package = file.name == "__init__.py"
    spec = spec_from_loader(name, _FreshLoader(name, str(file)), is_package=package)
    if spec is None:  # a loader is given, so there is always a spec
        raise ImportError(f"{file} cannot be read", name=file.stem)
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        _FreshLoader(name, str(file)).exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def load_all(plugins: Sequence[str], directory: Path) -> tuple[list[Discovered], list[RegistryError]]:
    """Load plugins by name or path; one that cannot be loaded is an error in the list and spoils no other."""
    found: dict[str, Discovered] = {}
    errors: list[RegistryError] = []
    for name in dict.fromkeys(plugins):
        try:
            one = find_plugin(name, directory)
            twin = found.setdefault(one.plugin.name, one)
            if twin is not one:
                clash = f"plugin '{one.plugin.name}' comes from {twin.origin} and from {one.origin}"
                raise RegistryError(clash, hint="give one another name")
        except RegistryError as error:
            errors.append(error)
    return list(found.values()), errors
