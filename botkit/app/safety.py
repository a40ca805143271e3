"""`safety:` of bot.yaml: what is refused, and whether that would refuse what the bot itself expects."""

import re
from collections.abc import Iterator

from botkit.errors import Place, Problem
from botkit.flows import Node, Report, refuse, seconds, shapes
from botkit.model.definitions import Ask, Confirm, Say
from botkit.model.flowset import FlowSet
from botkit.model.replies import Reply
from botkit.safety import EVERY, Guarding, Rules
from botkit.safety.hosts import network_of

KEYS = ("length", "rate", "repeats", "block", "links", "allow_hosts")
LEAST_LENGTH, MOST_LENGTH = 100, 100_000
MOST_RATE, LONGEST_PERIOD = 10_000, 86_400.0
MOST_REPEATS = 8  # of one message in the lines that a session keeps
MOST_WORDS = 5000
_RATE = re.compile(r"(\d{1,5}) in (\S+)")
_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


def read_safety(node: Node | None, report: Report) -> tuple[Rules, int | None]:
    """Read the rules, and the most characters of a message, if that is set."""
    found = shapes.fields(node, "'safety'", KEYS, report) if node is not None and not node.empty else {}
    length = repeats = None
    if "length" in found:
        length = shapes.integer(found["length"], "'length'", report, LEAST_LENGTH, MOST_LENGTH)
    if "repeats" in found:
        repeats = shapes.integer(found["repeats"], "'repeats'", report, 1, MOST_REPEATS)
    block = shapes.fields(found["block"], "'block'", ("words", "patterns"), report) if "block" in found else {}
    hosts = read_hosts(found["allow_hosts"], "'allow_hosts'", report, nets=True) if "allow_hosts" in found else ()
    rules = Rules(
        rate=_rate(found.get("rate"), report),
        repeats=repeats or 0,
        words=_by_locale(block.get("words"), "'words'", report),
        patterns=_patterns(block.get("patterns"), report),
        links=read_hosts(found["links"], "'links'", report) if "links" in found else None,
        allow_hosts=hosts,
    )
    return rules, length


def _rate(node: Node | None, report: Report) -> tuple[int, float] | None:
    if node is None:
        return None
    match = _RATE.fullmatch(node.raw) if node.kind == "scalar" else None
    period = seconds(match[2]) if match is not None else None
    if match is None or period is None or not 1 <= int(match[1]) <= MOST_RATE or not 0 < period <= LONGEST_PERIOD:
        message = f"'rate' takes a number of messages and a time, such as '20 in 1m', not {node.raw[:40]!r}"
        report.error(node.place, "unknown-value", message, f"at most {MOST_RATE}, in at most 24h")
        return None
    return int(match[1]), period


def _by_locale(node: Node | None, what: str, report: Report) -> dict[str, tuple[str, ...]]:
    """Read texts for every language, or by locale."""
    if node is None or node.empty:
        return {}
    if node.kind != "mapping":
        found = {EVERY: shapes.texts(node, what, report)}
    else:
        found = {key.raw: shapes.texts(value, f"{what} of '{key.raw}'", report) for key, value in node.entries}
    if sum(map(len, found.values())) > MOST_WORDS:
        report.error(node.place, "too-large", f"{what} takes at most {MOST_WORDS}")
    return found


def _patterns(node: Node | None, report: Report) -> dict[str, tuple[str, ...]]:
    if node is None:
        return {}
    read = _by_locale(node, "'patterns'", report)
    for item in _items_of(node):
        why = refuse(item.raw) if item.kind == "scalar" else ""
        if why:
            report.error(item.place, "bad-pattern", f"a pattern of 'patterns' cannot be used: {why}")
    return {locale: tuple([p for p in patterns if not refuse(p)]) for locale, patterns in read.items()}


def _items_of(node: Node) -> Iterator[Node]:
    if node.kind == "mapping":
        for _, value in node.entries:
            yield from shapes.one_or_more(value)
    else:
        yield from shapes.one_or_more(node)


def read_hosts(node: Node, what: str, report: Report, *, nets: bool = False) -> tuple[str, ...]:
    """Read names of hosts; with `nets` also networks."""
    if node.empty:
        return ()
    hosts = shapes.texts(node, what, report)
    for item in shapes.one_or_more(node) if hosts else ():
        if not (_HOST.fullmatch(item.raw) or (nets and network_of(item.raw) is not None)):
            wanted = "hosts such as example.com or *.example.com" + (
                ", and networks such as 10.0.0.0/8" if nets else ""
            )
            report.error(item.place, "unknown-value", f"{what} takes {wanted}, not {item.raw[:80]!r}")
    return hosts


def check_rules(rules: Rules, flows: FlowSet, place: Place) -> Iterator[Problem]:
    """Warn of rules that refuse what the bot expects or says: its examples, questions, options, and links."""
    guarding = Guarding(rules)
    for text, where in _said(flows) if rules.links is not None else ():
        for host in (host for host in guarding.clean(Reply("", text))[1] if "{" not in host):
            message = f"a link to {host[:80]} is taken out: 'links' of 'safety' does not have it"
            yield Problem(where if where.file else place, "blocks-link", message, "", "warning")
    if not rules.refuse:
        return
    locales: tuple[str, ...] = tuple({*flows.settings.locales, *rules.words, *rules.patterns} - {EVERY})
    for what, text, where in _expected(flows):
        why = next((why for locale in locales if (why := guarding.refuses(text, locale))), "")
        if why:
            message = f"'safety' refuses {what}: {text[:60]!r} has a {why}"
            yield Problem(where if where.file else place, "blocks-example", message, "", "warning")


def _expected(flows: FlowSet) -> Iterator[tuple[str, str, Place]]:
    for intent in flows.intents.values():
        yield from ((f"an example of '{intent.name}'", text, intent.place) for text in intent.examples)
    for answer in flows.answers.values():
        yield from ((f"a question of '{answer.name}'", text, answer.place) for text in answer.questions)
    for flow in flows.flows.values():
        for step in flow.steps.values():
            body = step.body
            if isinstance(body, Ask):
                yield from ((f"an option of '{body.slot.name}'", text, step.place) for text in _options(body))


def _said(flows: FlowSet) -> Iterator[tuple[str, Place]]:
    """Give the texts and the links that the bot says, as they are written."""
    speeches = [
        (step.body.speech, step.place)
        for flow in flows.flows.values()
        for step in flow.steps.values()
        if isinstance(step.body, Say | Ask | Confirm)
    ]
    speeches += [(answer.speech, answer.place) for answer in flows.answers.values()]
    for speech, place in speeches:
        for text in speech.variants:
            yield from ((source, text.place if text.place.file else place) for source in text.sources.values())
        yield from ((button.url, place) for button in speech.buttons if button.url and "{" not in button.url)


def _options(ask: Ask) -> Iterator[str]:
    for option in ask.slot.options:
        yield from (source for source in option.label.sources.values() if "{" not in source)
