"""Guarding: which text of a customer is refused, and which links of a reply are taken out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from unicodedata import normalize
from urllib.parse import urlsplit

from msgspec.structs import replace

from botkit.model.locales import serving
from botkit.model.replies import Button, Card, Reply
from botkit.model.words import content_length, fold, has_cjk
from botkit.safety.hosts import is_among
from botkit.safety.rules import EVERY, Rules

# What `reason` is in on_blocked.
WORD, PATTERN, REPEATED, TOO_FAST = "blocked word", "blocked pattern", "repeated", "too fast"
SHORTEST_REPEATED = 10  # letters: what is shorter (yes, 1, A-10293) may be the answer to many questions
NO_LINK = "[…]"  # in place of a link that leads elsewhere
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ENDS = r"\s<>\"'`/\\?#，、！？：；（）「」『』《》【】"  # what no host goes on behind
_LINK = re.compile(
    r"(?:(?:https?|ftp):[/\\]+|(?<![\w.@/-])www\.)"
    # a host, without the Chinese text that follows one of ASCII, unless that goes on with a dot
    rf"(?:[^{_ENDS}\u0080-\U0010ffff]++(?![^{_ENDS}.．｡。]*+(?:[.．｡]|。[a-z0-9]))|[^{_ENDS}]++)"
    r"(?:[/\\?#][^\s<>\"'`\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]*+)?",
    re.IGNORECASE,
)
_DOTS = str.maketrans("。｡", "..")  # as in names of hosts (RFC 3490, 3.1)
_TAIL = ".,;:!?)]}*_"
_LINE = 1000  # characters that the session keeps of a line


class Guarding:
    """The rules of a bot, ready to be held against texts. What is the same in every turn is made once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        locales = {*rules.words, *rules.patterns} - {EVERY}
        self._by_locale = {locale: _Blocked.of(rules, locale) for locale in locales}
        self._every = _Blocked.of(rules, EVERY)
        chinese = tuple(word for words in rules.words.values() for word in words if has_cjk(word))
        self._chinese = _any_word(chinese)
        self._allowed = None if rules.links is None else tuple(host.lower() for host in rules.links)

    def refuses(self, text: str, locale: str, lines: Sequence[tuple[str, str]] = ()) -> str:
        """Say why a text is refused, an empty text if it is not. `lines` are the talk before it, as (who, text)."""
        if self.rules.repeats and self._is_repeated(text, lines):
            return REPEATED
        visible = _INVISIBLE.sub("", text)
        folded = fold(visible)
        own = serving(locale, self._by_locale)
        blocked = (self._every,) if own is None else (self._every, own)
        if any(one.has_word(folded) for one in blocked) or (self._chinese and self._chinese.search(folded)):
            return WORD
        shown = (text,) if visible == text else (text, visible)
        return PATTERN if any(one.has_pattern(form) for one in blocked for form in shown) else ""

    def _is_repeated(self, text: str, lines: Sequence[tuple[str, str]]) -> bool:
        said = fold(text[:_LINE])
        if content_length(said) < SHORTEST_REPEATED:
            return False
        before = [line for who, line in lines if who == "customer"][-self.rules.repeats :]
        return len(before) == self.rules.repeats and all(fold(line) == said for line in before)

    def clean(self, reply: Reply) -> tuple[Reply, tuple[str, ...]]:
        """Give a reply without links that lead elsewhere than they may, and the hosts that these led to."""
        if self._allowed is None:
            return reply, ()
        hosts: list[str] = []
        cleaned = replace(
            reply,
            text=self._text(reply.text, hosts),
            buttons=self._buttons(reply.buttons, hosts),
            cards=tuple([self._card(card, hosts) for card in reply.cards]),
            image=self._address(reply.image, hosts),
            file=self._address(reply.file, hosts),
        )
        return (cleaned, tuple(dict.fromkeys(hosts))) if hosts else (reply, ())

    def _text(self, text: str, hosts: list[str]) -> str:
        def one(match: re.Match[str]) -> str:
            link = match[0].rstrip(_TAIL)
            return match[0] if self._may(link, hosts) else NO_LINK + match[0][len(link) :]

        return _LINK.sub(one, text) if ":" in text or "www." in text.lower() else text

    def _buttons(self, buttons: Iterable[Button], hosts: list[str]) -> tuple[Button, ...]:
        kept = [button for button in buttons if not button.url or self._may(button.url, hosts)]
        return tuple([replace(button, label=self._text(button.label, hosts)) for button in kept])

    def _card(self, card: Card, hosts: list[str]) -> Card:
        return replace(
            card,
            title=self._text(card.title, hosts),
            text=self._text(card.text, hosts),
            url=self._address(card.url, hosts),
            image=self._address(card.image, hosts),
            buttons=self._buttons(card.buttons, hosts),
        )

    def _address(self, address: str, hosts: list[str]) -> str:
        return address if not address or self._may(address, hosts) else ""

    def _may(self, link: str, hosts: list[str]) -> bool:
        host = host_of(link)
        if host is None or is_among(host, self._allowed or ()):
            return True
        hosts.append(host or link[:40])
        return False


def host_of(link: str) -> str | None:
    """Give the host of a link, an empty text if it cannot be told; None for a path of one's own."""
    lowered = link.strip().lower()
    if lowered.startswith("www."):
        lowered = f"https://{lowered}"
    if lowered.startswith("//"):
        lowered = f"https:{lowered}"
    try:
        parts = urlsplit(lowered.replace("\\", "/"))
        host = normalize("NFKC", (parts.hostname or "").translate(_DOTS)).rstrip(".")
    except ValueError:
        return ""
    if parts.scheme in ("mailto", "tel"):
        return None
    return host if parts.scheme or parts.netloc else None


class _Blocked:
    """Words and patterns of one locale, or of all."""

    def __init__(self, words: re.Pattern[str] | None, patterns: tuple[re.Pattern[str], ...]) -> None:
        self._words = words
        self._patterns = patterns

    @classmethod
    def of(cls, rules: Rules, locale: str) -> "_Blocked":
        """Make those of a locale."""
        return cls(_any_word(_of(rules.words, locale)), tuple(map(re.compile, _of(rules.patterns, locale))))

    def has_word(self, folded: str) -> bool:
        """Tell whether a folded text has one of the words."""
        return self._words is not None and self._words.search(folded) is not None

    def has_pattern(self, text: str) -> bool:
        """Tell whether one of the patterns fits a part of a text."""
        return any(pattern.search(text) for pattern in self._patterns)


def _of(rules: Mapping[str, tuple[str, ...]], locale: str) -> tuple[str, ...]:
    return rules.get(locale, ())


def _any_word(words: Iterable[str]) -> re.Pattern[str] | None:
    """Give a pattern that finds any of some words in a folded text: between borders, but for Chinese ones."""
    sources = [_word(folded) for word in words if (folded := fold(word))]
    return re.compile("|".join(sources)) if sources else None


def _word(folded: str) -> str:
    escaped = re.escape(folded)
    return escaped if has_cjk(folded) else rf"(?<![^\W\u3040-\u9fff]){escaped}(?![^\W\u3040-\u9fff])"
