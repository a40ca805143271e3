"""Answering: what of a model's text may not be shown: what it was told, secrets, links elsewhere, too much.

It is asked of a text as far as it has grown, so that it serves a text that is shown while it grows as well.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from botkit.model.session import Session
from botkit.ports.models import ModelRequest
from botkit.safety.disguises import forms, letters, rotate
from botkit.safety.hosts import is_among
from botkit.safety.leaks import Secrets, gives_away, told
from botkit.safety.links import hosts_in

LONGEST: Final = 6_000  # characters of one answer in a chat
LOOKED_BACK: Final = 4  # texts of the model that are looked at together with one
OF_A_TOKEN: Final = 6  # characters at most, in a whole text of any language

LENGTH, SECRET, INSTRUCTIONS, LINK = "too long", "a secret", "its instructions", "a link"
"""What is found, by which the guard's answer begins."""


class Answering:
    """The guard of what models write. `links` are the hosts that it may name, `secrets` what nobody may be told."""

    def __init__(
        self,
        links: Iterable[str] = (),
        secrets: Iterable[str] = (),
        *,
        length: int = LONGEST,
    ) -> None:
        self._links = tuple(host.lower().removeprefix("www.") for host in links)
        self._secrets = Secrets(secrets)
        self._length = length

    def __call__(self, text: str, request: ModelRequest, session: Session) -> str:
        """Say why a text that answers a request may not be shown, an empty text if it may."""
        if not text.strip():
            return ""
        return self._found(text, request, said_before(request, session), self._length)

    def written(self, text: str, request: ModelRequest, said: Sequence[str], *, quotes: bool = False) -> str:
        """Say why a text that a model wrote for a plugin may not be handed to it, an empty text if it may.

        `said` is what the bot said last. The text may be as long as the plugin asked for; with `quotes` it may name
        the hosts of links that stand in its material.
        """
        longest = max(self._length, request.max_tokens * OF_A_TOKEN)
        hosts = _hosts_given(request) if quotes else frozenset()
        return self._found(text, request, said, longest, hosts) if text.strip() else ""

    def _found(
        self,
        text: str,
        request: ModelRequest,
        before: Sequence[str],
        longest: int,
        hosts: frozenset[str] = frozenset(),
    ) -> str:
        if len(text) > longest:
            return LENGTH
        if self._leads_away(text, before[-1] if before else "", hosts):
            return LINK
        return self._leaks(text, request, before)

    def _leads_away(self, text: str, before: str, hosts: frozenset[str]) -> bool:
        return any(host not in hosts and not is_among(host, self._links) for host in hosts_in(text, before))

    def _leaks(self, text: str, request: ModelRequest, before: Sequence[str]) -> str:
        systems = [told(one.text) for one in request.messages if one.role == "system"]
        plain = [letters(one) for one in before]
        turned = [one[::-1] for one in plain] + [letters(rotate(one)) for one in before]
        for form in forms(text, before):
            said = letters(form.text)
            if len(said) < _LEAST:
                continue
            earlier = [*plain, *turned] if form.way == "turned" else plain
            if self._secrets and self._secrets.is_in(said, earlier):
                return SECRET
            if any(gives_away(system, said, earlier) for system in systems):
                return INSTRUCTIONS
        return ""


_LEAST: Final = 6  # letters of the half of a secret


def _hosts_given(request: ModelRequest) -> frozenset[str]:
    """Give the hosts of the links that stand, as links, in the material of a request."""
    texts = [one.text for one in request.messages if one.role == "user"]
    return frozenset(host for text in texts for host in hosts_in(text) if "." in host and ":" not in host)


def said_before(request: ModelRequest, session: Session) -> list[str]:
    """Give what the bot said last before a request is answered, the latest at the end."""
    lines = [text for who, text in session.lines if who == "bot"][-LOOKED_BACK:]
    own = [one.text for one in request.messages if one.role == "assistant" and one.text][-LOOKED_BACK:]
    return list(dict.fromkeys([*lines, *own]))
