"""Do the things that flows name exist: steps, flows, intents, actions, teams, commands."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import Formula, formulas_of, of_speech, speeches_of, teams_in
from botkit.flows.checks.survey import REPAIR, Survey
from botkit.model.definitions import (
    NO_START,
    Agent,
    AnswerStep,
    Ask,
    ButtonDef,
    Confirm,
    Do,
    Flow,
    Generate,
    Goto,
    HandoffStep,
    Run,
    Silence,
    Speech,
    Step,
    Wait,
)

BUSINESS: Final = "business"  # the opening hours of the bot, in a flow


def check_references(survey: Survey, found: Findings) -> None:
    """Report what flows and answers name and nobody defines."""
    for flow in survey.own:
        _check_start(survey, flow, found)
        for step in flow.steps.values():
            _check_step(survey, flow, step, found)
            _check_asked_hours(survey, formulas_of(step), found)
            for speech in speeches_of(step):
                _check_buttons(survey, speech, step.place, found)
    for answer in survey.bot.answers.values():
        _check_asked_hours(survey, of_speech(answer.speech, answer.place), found)
        _check_buttons(survey, answer.speech, answer.place, found)
    _check_commands(survey, found)
    _check_starters(survey, found)


def _check_start(survey: Survey, flow: Flow, found: Findings) -> None:
    for intent in flow.start.intents:
        if intent not in survey.bot.intents:
            hint = found.meant(intent, survey.bot.intents, otherwise=f"define '{intent}' under intents:")
            message = f"flow '{flow.name}' is started by intent '{intent}', which is not defined"
            found.error(flow.place, "unknown-intent", message, hint)
    used = flow.name in survey.called or flow.start != NO_START
    if flow.name.startswith("on_") and flow.name not in REPAIR and not used:
        hint = found.meant(flow.name, REPAIR, otherwise=f"the repair flows are {', '.join(REPAIR)}")
        message = f"there is no repair flow '{flow.name}', so nothing runs it"
        found.error(flow.place, "unknown-repair", message, hint)


def _check_step(survey: Survey, flow: Flow, step: Step, found: Findings) -> None:
    match step.body:
        case Goto(target=target) if target not in flow.steps:
            message = f"flow '{flow.name}' has no step '{target}'"
            found.error(step.place, "unknown-step", message, found.meant(target, flow.steps))
        case Run(flow=called):
            _check_flow(survey, called, step.place, found)
        case Do(action=action):
            _check_action(survey, action, step.place, found)
        case Agent(tools=tools, teams=teams):
            _check_model(survey, "agent", step.place, found)
            for team in teams:
                _check_team(survey, team, step.place, found)
            for tool in tools:
                _check_action(survey, tool, step.place, found)
        case Generate():
            _check_model(survey, "generate", step.place, found)
        case AnswerStep() if not survey.bot.catalogue.articles:
            message = "the step 'answer' cannot work: there are no help articles"
            found.warning(step.place, "not-configured", message, "add files to knowledge/")
        case Wait(hours=hours) | Ask(silence=Silence(hours=hours)) | Confirm(silence=Silence(hours=hours)) if hours:
            _check_hours(survey, "" if hours == BUSINESS else hours, step.place, found)
        case HandoffStep(team=team):
            _check_team(survey, team, step.place, found)
        case _:
            pass


def _check_model(survey: Survey, kind: str, place: Place, found: Findings) -> None:
    if not survey.bot.catalogue.models:
        message = f"the step '{kind}' cannot work: no language model is configured"
        found.warning(place, "not-configured", message, "add llm: to bot.yaml")


def _check_flow(survey: Survey, name: str, place: Place, found: Findings) -> None:
    if name not in survey.flows:
        found.error(place, "unknown-flow", f"there is no flow '{name}'", found.meant(name, survey.flows))


def _check_action(survey: Survey, name: str, place: Place, found: Findings) -> None:
    catalogue = survey.bot.catalogue
    if name in catalogue.actions:
        return
    plugin, dot, _ = name.partition(".")
    meant = found.meant(name, catalogue.actions)
    if dot and plugin not in catalogue.plugins:
        hint = meant or f"add '{plugin}' to plugins: in bot.yaml"
        found.error(place, "unknown-plugin", f"plugin '{plugin}' is not loaded, so there is no action '{name}'", hint)
    elif plugin in catalogue.unlisted:
        message = f"nobody knows whether there is an action '{name}': its server was not asked for its tools yet"
        found.warning(place, "unknown-tools", message, "botkit check --mcp asks it")
    else:
        found.error(place, "unknown-action", f"there is no action '{name}'", meant)


def _check_team(survey: Survey, team: str, place: Place, found: Findings, also: Collection[str] = ()) -> None:
    teams = survey.bot.settings.teams
    if teams is None or team in teams or "{{" in team or not team:
        return
    hint = found.meant(team, {*teams, *also}, otherwise=f"the teams are {', '.join(sorted(teams))}" if teams else "")
    found.error(place, "unknown-team", f"there is no team '{team}' under handoff: in bot.yaml", hint)


def _check_asked_hours(survey: Survey, formulas: Iterable[Formula], found: Findings) -> None:
    for formula in formulas:
        for team in teams_in(formula.source, formula.kind):
            _check_hours(survey, team, formula.place, found)


def _check_hours(survey: Survey, team: str, place: Place, found: Findings) -> None:
    """Look whether the team is known whose opening hours are asked for, and whether any are written."""
    settings = survey.bot.settings
    if team and team not in settings.team_hours:
        _check_team(survey, team, place, found, (BUSINESS,))
    if settings.hours_of(team) is None:
        whose = f"of the team '{team}'" if team else "of the bot"
        message = f"the opening hours {whose} are asked for, but none are written: it is always open"
        found.warning(place, "no-hours", message, "write `hours:` under handoff: in bot.yaml")


def _check_buttons(survey: Survey, speech: Speech, place: Place, found: Findings) -> None:
    for button in buttons_of(speech):
        if button.run:
            _check_flow(survey, button.run, button.label.place if button.label.place.file else place, found)


def buttons_of(speech: Speech) -> Iterator[ButtonDef]:
    """List the buttons of a speech, those of its cards included."""
    yield from speech.buttons
    for card in speech.cards:
        yield from card.buttons


def _check_commands(survey: Survey, found: Findings) -> None:
    owners: dict[str, Flow] = {}
    for flow in survey.own:
        for command in flow.start.commands:
            first = owners.setdefault(command, flow)
            if first is not flow:
                message = f"command '/{command}' starts flow '{flow.name}' and flow '{first.name}'"
                found.error(flow.place, "duplicate-command", message, "let one flow have it")


def _check_starters(survey: Survey, found: Findings) -> None:
    """Warn where an intent or event starts several flows and no `only_if` chooses between them."""
    owners: dict[tuple[str, str], Flow] = {}
    for flow in survey.own:
        if flow.only_if is not None:
            continue
        for kind, name in (
            *(("intent", intent) for intent in flow.start.intents),
            *(("event", event) for event in flow.start.events),
        ):
            first = owners.setdefault((kind, name), flow)
            if first is not flow:
                message = f"{kind} '{name}' starts flow '{flow.name}' and flow '{first.name}'"
                found.warning(flow.place, "ambiguous-start", message, "tell them apart by only_if:")
