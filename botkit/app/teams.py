"""Teams as bot.yaml writes them under `handoff`: who they are, when they are there, and how long customers wait."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from botkit.app.hours import read_hours
from botkit.errors import Place, Problem
from botkit.flows import Node, Report, seconds_or_never, shapes
from botkit.model.definitions import HandoffStep
from botkit.model.flowset import FlowSet
from botkit.model.hours import Hours

KEYS = ("teams", "hours", "default", "patience", "silence", "position", "agents")
AGENT_KEYS = ("token", "name", "teams", "role")
Role = Literal["viewer", "agent", "lead"]
ROLES: tuple[Role, ...] = ("viewer", "agent", "lead")
OTHERS = "*"  # as a team that has a channel: every one that has none of its own
_LONGEST = 7 * 86_400.0  # seconds

Secret = Callable[[Node, str], str]  # a text with its variables filled in


class Agent(msgspec.Struct, frozen=True):
    """A person at the desk. Without `teams` they serve all; a `lead` acts on what others have, a `viewer` looks."""

    id: str
    name: str
    token: str = ""
    teams: tuple[str, ...] = ()
    role: Role = "agent"

    def serves(self, team: str) -> bool:
        """Tell whether somebody belongs to a team."""
        return not self.teams or team in self.teams


class Desk(NamedTuple):
    """Teams that have a channel on one platform, `*` for all others; and where bot.yaml says so."""

    place: Place
    teams: tuple[str, ...]


def unknown_teams(desks: Mapping[str, Desk], teams: tuple[str, ...] | None) -> Iterator[Problem]:
    """Say which teams have a channel that are not among those of the bot, where it says which those are."""
    if teams is None:
        return
    for channel, desk in desks.items():
        for name in desk.teams:
            if name != OTHERS and name not in teams:
                message = f"channels.{channel}: there is no team {name[:40]!r}"
                yield Problem(desk.place, "unknown-team", message, shapes.mean(name, teams))


def check_desks(desks: Mapping[str, Desk], flows: FlowSet) -> Iterator[Problem]:
    """Warn of channels of teams that nothing is handed to, and of teams whose hand-offs no channel shows."""
    steps = (step.body for flow in flows.flows.values() for step in flow.steps.values())
    named = {body.team for body in steps if isinstance(body, HandoffStep)} - {""}
    known = sorted({*named, *(flows.settings.teams or ()), flows.settings.default_team})
    for channel, desk in desks.items():
        for name in desk.teams if flows.settings.teams is None else ():
            if name != OTHERS and name not in known:
                message = f"channels.{channel}: nothing is handed to the team {name[:40]!r}"
                yield Problem(desk.place, "unknown-team", message, shapes.mean(name, known), "warning")
    shown = {name for desk in desks.values() for name in desk.teams}
    for name in known if desks and OTHERS not in shown else ():
        if name not in shown:
            channel, desk = next(iter(desks.items()))
            message = f"channels.{channel}: the team '{name}' has no channel: botkit desk alone shows its hand-offs"
            hint = f"add '{name}' or 'default' under desk:"
            yield Problem(desk.place, "not-configured", message, hint, "warning")


def read_teams(node: Node | None, unset: Hours, report: Report) -> dict[str, Any]:
    """Read the teams as fields of `Settings`; `unset` has the bot's time zone."""
    if node is None or node.empty:
        return {}
    values = shapes.fields(node, "'handoff'", KEYS, report)
    made: dict[str, Any] = {}
    if "hours" in values and not values["hours"].empty:
        made["hours"] = read_hours(values["hours"], "'hours'", unset, report)
    if "teams" in values:
        teams = shapes.named(values["teams"], "'teams'", report)
        made["teams"] = tuple(key.raw for key, _ in teams)
        own = {key.raw: _team_hours(key, value, made.get("hours") or unset, report) for key, value in teams}
        made["team_hours"] = {name: hours for name, hours in own.items() if hours is not None}
    default = values.get("default")
    if default is not None:
        made["default_team"] = shapes.text(default, "'default'", report) or "support"
    elif made.get("teams"):
        made["default_team"] = "support" if "support" in made["teams"] else made["teams"][0]
    for key, name in (("patience", "patience"), ("silence", "agent_silence")):
        waited = _wait(values.get(key), key, report)
        if waited is not None:
            made[name] = waited
    if "position" in values:
        made["tell_position"] = shapes.boolean(values["position"], "'position'", report) is not False
    return made


def _team_hours(key: Node, node: Node, default: Hours, report: Report) -> Hours | None:
    if node.empty:
        return None
    found = shapes.fields(node, f"the team '{key.raw}'", ("hours",), report)
    hours = found.get("hours")
    if hours is None or hours.empty:
        return None
    holidays = {name: spans for name, spans in default.days.items() if not spans}
    return read_hours(hours, f"'hours' of the team '{key.raw}'", Hours((), default.timezone, holidays), report)


def _wait(node: Node | None, key: str, report: Report) -> float | None:
    if node is None:
        return None
    found = seconds_or_never(node.raw) if node.kind == "scalar" else None
    if found is None:
        message = f"'{key}' takes a duration such as 5m, or 0s for never, not {node.raw[:40]!r}"
        report.error(node.place, "bad-duration", message)
    elif found > _LONGEST:
        report.error(node.place, "out-of-range", f"'{key}' takes at most 7d, and {node.raw!r} is more")
        found = None
    return found


def read_agents(
    node: Node | None, teams: tuple[str, ...] | None, secret: Secret, report: Report
) -> Mapping[str, Agent]:
    """Read who sits at the desk, by their ids."""
    if node is None or node.kind != "mapping":
        return {}
    listed = next((value for key, value in node.entries if key.raw == "agents"), None)
    agents: dict[str, Agent] = {}
    for key, value in shapes.named(listed, "'agents'", report) if listed is not None else ():
        agent = _agent(key, value, teams, secret, report)
        twin = next((one for one in agents.values() if agent.token and one.token == agent.token), None)
        if twin is not None:
            message = f"the agents '{twin.id}' and '{agent.id}' have the same token: nobody could tell who acts"
            report.error(key.place, "duplicate-name", message)
        agents[agent.id] = agent
    return agents


def _agent(key: Node, node: Node, teams: tuple[str, ...] | None, secret: Secret, report: Report) -> Agent:
    what = f"the agent '{key.raw}'"
    found = shapes.fields(node, what, AGENT_KEYS, report)
    if "token" not in found:
        hint = 'write token: "${ANN_TOKEN}" and set that variable'
        report.error(key.place, "missing-key", f"{what} has no token", hint)
    made: dict[str, Any] = {}
    if "teams" in found:
        made["teams"] = shapes.texts(found["teams"], "'teams'", report)
        for item in shapes.one_or_more(found["teams"]):
            if teams is not None and item.raw not in teams:
                report.error(
                    item.place, "unknown-value", f"there is no team {item.raw[:40]!r}", shapes.mean(item.raw, teams)
                )
    if "role" in found:
        made["role"] = shapes.choice(found["role"], "'role'", ROLES, report) or "agent"
    token = secret(found["token"], "'token'") if "token" in found else ""
    name = shapes.text(found["name"], "'name'", report) if "name" in found else None
    return Agent(key.raw, name or key.raw, token, **made)
