"""Models: performs the calls that ask a language model, and gives what it said as results that the core can check.

What the model wrote is looked at here before it becomes a result: its text by guards, its calls against the
signatures of the actions, its commands for being JSON. Whatever goes wrong is a Failure, never an exception.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, cast

from botkit.dialogue.talks import FINISH, HAND_OFF, offered_names
from botkit.errors import ModelError
from botkit.llm.answers import answer_request
from botkit.llm.prompting import (
    Prompts,
    agent_request,
    are_too_many,
    generate_request,
    lines_before,
    route_request,
    summary_request,
)
from botkit.llm.shortening import WORDS, Summaries, shorten
from botkit.model.completions import Completion, ToolCall
from botkit.model.events import Failure, Passage, Result
from botkit.model.flowset import FlowSet
from botkit.model.identity import visitor_of
from botkit.model.replies import Call
from botkit.model.session import Frame, Session, Talk
from botkit.ports.files import Files
from botkit.ports.models import Asking, ModelGateway, ModelRequest, Purpose, Tally
from botkit.registry.contexts import Caller
from botkit.registry.models import texts_in
from botkit.registry.pictures import with_pictures
from botkit.registry.registry import Registry
from botkit.runtime.composing import compose
from botkit.runtime.streaming import Live, Streams

_log = logging.getLogger(__name__)

SAID: Final = 4  # texts of the bot that a plugin's own texts are looked at together with
MOST_GROWN: Final = 2_000  # characters before the end of a text that grows that guards look at
_BORDERS: Final = re.compile(r"[\s。！？，]")

Guard = Callable[[str, ModelRequest, Session], str]
"""Says why a text that a model wrote may not be shown, or nothing."""

Nearest = Callable[[FlowSet, str], Awaitable[Sequence[str]]]
"""Gives the flows nearest to a text, best first."""


async def in_no_order(flows: FlowSet, text: str) -> Sequence[str]:  # noqa: ARG001 - a Nearest
    """Give no order: all flows are as near."""
    return ()


class Models:
    """Asks the model of one bot. `moderates`: its server looks at what customers and the model write."""

    def __init__(
        self,
        gateway: ModelGateway,
        registry: Registry,
        prompts: Prompts | None = None,
        *,
        guards: Sequence[Guard] = (),
        nearest: Nearest = in_no_order,
        streams: Streams | None = None,
        moderates: bool = False,
    ) -> None:
        self.gateway = gateway
        self.prompts = prompts or Prompts()
        self.streams = streams
        self.files: Files | None = None
        self._registry = registry
        self._guards = guards
        self._nearest = nearest
        self._moderates = moderates
        self._summaries = Summaries()

    async def perform(self, flows: FlowSet, call: Call, session: Session) -> Result:
        """Ask the model what a call asks it, and give the Result, whatever happens but its cancellation."""
        tally = Tally()
        try:
            async with asyncio.timeout(call.timeout or None):
                value = await self._ask(flows, call, session, tally)
                return Result(call.id, value={**value, **_limited(tally)}, asked=tally.asked)
        except TimeoutError:  # the call's own, which a step has as its limit
            code = "limit" if call.args.get("purpose") == "agent" else "timeout"
            failure = Failure(code, "the language model took too long")
        except ModelError as error:
            failure = Failure(error.reason, error.message)
        except Exception as error:  # noqa: BLE001 - a turn goes on without it
            _log.error(
                "the language model could not be asked", exc_info=error, extra={"conversation": session.conversation}
            )
            failure = Failure("failed", type(error).__name__)
        _log.info(
            "the language model gave nothing: %s",
            failure.code,
            extra={"conversation": session.conversation, "call": call.id},
        )
        return Result(call.id, failure=failure, asked=tally.asked)

    async def _request(self, flows: FlowSet, call: Call, session: Session, asking: Asking) -> ModelRequest:
        """Give what a call asks. Raises ModelError for a call of which the session knows nothing."""
        match call.args.get("purpose"):
            case "route":
                nearest: Sequence[str] = ()
                if are_too_many(flows, call.args):
                    ranked = await self._nearest(flows, str(call.args.get("message", "")))
                    nearest = (*_by_intents(flows, session), *ranked)
                before = await self._before(flows, session, asking)
                return route_request(flows, session, call.args, self.prompts, nearest, before)
            case "agent":
                talk = _talk_of(session, call)
                request = agent_request(flows, session, talk, call.args, self.prompts)
                write = self._writer(flows, session, asking)
                asked = await shorten(request, len(talk.messages), self._summaries, write)
                return await with_pictures(asked, self.files, session.conversation, self.gateway.features)
            case "generate":
                return generate_request(flows, session, call.args, self.prompts)
            case "answer":
                return answer_request(flows, call.args, _passages_of(session), self.prompts)
            case _:
                raise ModelError("nobody knows what was asked", reason="malformed")

    async def _before(self, flows: FlowSet, session: Session, asking: Asking) -> str:
        """Give what was said before the last lines, in short; nothing where that is short anyway."""
        older = lines_before(session)
        return await self._summaries.of(older, self._writer(flows, session, asking)) if older else ""

    def _writer(self, flows: FlowSet, session: Session, asking: Asking) -> Callable[[str], Awaitable[str]]:
        """Give what has the model write a summary."""

        async def write(text: str) -> str:
            request = summary_request(flows, session.locale, text, self.prompts, WORDS)
            return (await self.gateway.complete(request, asking)).text

        return write

    async def _ask(self, flows: FlowSet, call: Call, session: Session, tally: Tally) -> dict[str, Any]:
        purpose = cast("Purpose", call.args.get("purpose"))
        visitor = visitor_of(session.customer, session.conversation)
        asking = Asking(session.conversation, visitor, purpose, call.flow, call.step, tally)
        request = await self._request(flows, call, session, asking)
        tally.note(request.messages)
        if self._moderates:
            await self._moderate(_said_now(call, request), asking)
        if purpose == "answer":
            return await self._composed(flows, call, session, request, asking)
        reply = str(call.args.get("reply", ""))
        judge = self._judge(request, session)
        live = self.streams.open(session, reply, lambda text: judge(recent(text))) if reply and self.streams else None
        try:
            completion = await self.gateway.complete(request, asking, live.take if live is not None else None)
            given = await self._given(flows, call, session, request, completion, asking)
        except BaseException:
            if live is not None:
                live.abort()
            raise
        _close(live, given)
        return {"reply": reply, **given} if reply else given

    async def _given(
        self,
        flows: FlowSet,
        call: Call,
        session: Session,
        request: ModelRequest,
        completion: Completion,
        asking: Asking,
    ) -> dict[str, Any]:
        """Give what the core takes: the checked answer, and what it used."""
        completion = completion.whole()
        judge = self._judge(request, session)
        if call.args.get("purpose") == "route":
            return {"commands": [_reasonable(one, judge) for one in read_commands(completion.text)]}
        why = judge(completion.text) if completion.text else ""
        if why:
            raise ModelError(why, reason="blocked")
        if self._moderates and completion.text:
            await self._moderate(completion.text, asking)
        caller = caller_for(session, flows)
        calls = [
            await self._allowed(self._checked(call.args, one), call.args, judge, caller) for one in completion.calls
        ]
        if not calls and not completion.text.strip():
            raise ModelError("the model gave nothing", reason="empty")
        return {"text": completion.text, "calls": calls}

    async def _composed(
        self, flows: FlowSet, call: Call, session: Session, request: ModelRequest, asking: Asking
    ) -> dict[str, Any]:
        """Give an answer out of passages, and whether they support it."""

        async def ask(one: ModelRequest) -> Completion:
            return (await self.gateway.complete(one, asking)).whole()

        question, locale = str(call.args.get("question", "")), str(call.args.get("locale", ""))
        passages = _passages_of(session)
        given = await compose(ask, request, flows, question, passages, locale)
        why = self._judge(request, session)(given["text"]) if given["text"] else ""
        if why:
            raise ModelError(why, reason="blocked")
        if self._moderates and not given["unsupported"]:
            await self._moderate(given["text"], asking)
        return given

    def _judge(self, request: ModelRequest, session: Session) -> Callable[[str], str]:
        """Give what says why a text may not be shown."""

        def judge(text: str) -> str:
            return next((why for guard in self._guards if (why := guard(text, request, session))), "")

        return judge

    async def _moderate(self, text: str, asking: Asking) -> None:
        found = await self.gateway.moderate(text, asking) if text.strip() else ()
        if found:
            raise ModelError(f"moderation: {', '.join(found)}", reason="blocked")

    def _checked(self, args: Mapping[str, Any], call: ToolCall) -> dict[str, Any]:
        """Give a call that the model wants with its arguments, or with what is wrong with them."""
        found: dict[str, Any] = {"id": call.id, "name": call.name, "arguments": call.arguments}
        try:
            given = json.loads(call.arguments or "{}")
        except ValueError as error:
            return {**found, "error": f"the arguments are no JSON: {error}"}
        if not isinstance(given, dict):
            return {**found, "error": "the arguments are no JSON object"}
        action = _action_of(args, call.name)
        wrong = self._registry.check_arguments(action, {**given, **_pinned(args, action)}) if action else ""
        return {**found, "args": given, **({"error": wrong} if wrong else {})}

    async def _allowed(
        self, call: dict[str, Any], args: Mapping[str, Any], judge: Callable[[str], str], caller: Caller
    ) -> dict[str, Any]:
        """Give a call that the model wants with why it is not allowed, if a guard refuses it.

        What it writes into arguments may be shown, when a customer is asked for a yes: it is judged as a text is.
        """
        given, action = call.get("args"), _action_of(args, call["name"])
        if given is None or call.get("error"):
            return call
        if call["name"] == HAND_OFF and args.get("teams"):  # whoever wants a person gets one
            return {**call, "args": _reasonable(given, judge)}
        why = judge("\n".join(texts_in(given)))
        if not why and action:
            verdict = await self._registry.guard_call(action, {**given, **_pinned(args, action)}, caller)
            why = verdict.refused
        return {**call, "refused": f"This is not allowed: {why}."} if why else call


def _passages_of(session: Session) -> Sequence[Passage]:
    """Give the passages of which an answer is composed: those of the message that is asked about, or of a step."""
    if session.found:
        return session.found
    return session.routed.evidence.passages if session.routed is not None else ()


def _by_intents(flows: FlowSet, session: Session) -> Sequence[str]:
    """Give the flows of the intents that the classifier holds for nearest to the message, unsure as it is."""
    matches = session.routed.evidence.intents if session.routed is not None else ()
    return [name for match in matches for name in flows.starts.get(match.name, ())]


def recent(text: str) -> str:
    """Give the end of a text that grows, from a word's beginning: as a whole it is looked at when it ends."""
    if len(text) <= MOST_GROWN:
        return text
    border = _BORDERS.search(text, len(text) - MOST_GROWN)
    return text[border.end() :] if border is not None else text


def _action_of(args: Mapping[str, Any], name: str) -> str:
    """Give the action that a tool is; none for `finish`, and for what was not offered."""
    return "" if name == FINISH else offered_names(map(str, args.get("tools", ()))).get(name, "")


def _pinned(args: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    """Give the arguments that the flow gives, and not the model."""
    found: Mapping[str, Any] = (args.get("pins") or {}).get(action, {})
    return found


def caller_for(session: Session, flows: FlowSet) -> Caller:
    """Give for whom plugins are asked something."""
    return Caller(
        conversation=session.conversation,
        channel=session.channel,
        customer=session.customer,
        locale=session.locale,
        timezone=flows.settings.timezone,
        owner=session.owner,
        said=tuple([text for who, text in session.lines if who == "bot"][-SAID:]),
    )


def _talk_of(session: Session, call: Call) -> Talk:
    frame: Frame | None = next((one for one in session.stack if one.run == call.args.get("run")), None)
    if frame is None or frame.talk is None:
        raise ModelError("the talk was given up", reason="cancelled")
    return frame.talk


def _limited(tally: Tally) -> dict[str, Any]:
    """Give what limits of steps are held against."""
    asked = tally.asked
    return {"tokens": asked.input + asked.output, "seconds": round(asked.seconds, 3)}


def read_commands(text: str) -> list[Any]:
    """Read the commands that a model wrote as JSON. Raises ModelError for what is none."""
    try:
        given = json.loads(text)
    except ValueError:
        raise ModelError("the commands are no JSON", reason="malformed") from None
    commands = given.get("commands") if isinstance(given, dict) else given
    if not isinstance(commands, list):
        raise ModelError("there is no list of commands", reason="malformed")
    return [one for one in commands if isinstance(one, dict)]


def _reasonable(command: dict[str, Any], judge: Callable[[str], str]) -> dict[str, Any]:
    """Give a command without the reason that it gives where that may not be shown: people and customers read it."""
    return {**command, "reason": ""} if judge(str(command.get("reason") or "")) else command


def _said_now(call: Call, request: ModelRequest) -> str:
    """Give what the customer says now; nothing where the model is asked again after its own calls."""
    told = str(call.args.get("question") or call.args.get("message") or "")
    last = request.messages[-1]
    return told or (last.text if last.role == "user" else "")


def _close(live: Live | None, given: Mapping[str, Any]) -> None:
    """End what grew: it is said whole by the reply; what stands beside calls is not said."""
    if live is None:
        return
    if given.get("calls"):
        live.abort()
    else:
        live.end()
