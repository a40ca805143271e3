"""From a source to a vetted syntax tree, or to findings."""

import re
from typing import NoReturn

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from botkit.expressions.evaluation import OUTPUT
from botkit.expressions.findings import Finding, Kind, did_you_mean
from botkit.expressions.sandbox import SANDBOX
from botkit.expressions.vetting import vet

LENGTH = 16 * 1024
"""Characters of a source that has Jinja syntax in it; plain text may be as long as an output."""
BRACKETS = 20
"""Brackets in each other. The parser takes some fifteen Python frames for each."""
RESULT = "__result__"
"""The variable that holds the value of a condition or of a single `{{ }}` once it has run."""

_TAGS = ("set", "for", "endfor", "if", "elif", "else", "endif", "raw", "endraw")
_OPEN, _CLOSED = frozenset("([{"), frozenset(")]}")
_MARKS = ("{{", "{%", "{#")
_OTHER_WAYS = (
    (re.compile(r"&&"), "write 'and'"),
    (re.compile(r"\|\|"), "write 'or'"),
    (re.compile(r"!(?!=)"), "write 'not'"),
    (re.compile(r"===|(?<![=!<>])=(?!=)"), "compare with =="),
    (re.compile(r"[“”‘’「」]"), "use straight quotation marks"),
    (re.compile(r"[（），。：；！？＝＋－＜＞【】｜]"), "use the ASCII signs, such as , ( ) ="),
)
_CODE = re.compile(r"\{\{(.*?)\}\}|\{%-? *(?:if|elif)(.*?)%\}", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_UNKNOWN_TAG = re.compile(r"unknown tag '(\w+)'")


def is_static(source: str) -> bool:
    """Tell whether a text has no Jinja syntax, so that it means itself."""
    return "{" not in source or not any(mark in source for mark in _MARKS)


def parse(source: str, kind: Kind) -> nodes.Template | tuple[Finding, ...]:
    """Parse and vet a source. A condition's tree, too, is a template: it sets `RESULT` to its value.

    Raises RecursionError for a source that is nested deeper than the caller's stack has room.
    """
    early = _too_large(source, kind) or _not_a_condition(source, kind)
    if early:
        return early
    try:
        if _brackets(source, kind) > BRACKETS:
            return (Finding(f"brackets stand in each other more than {BRACKETS} deep", "too-large"),)
        tree = _template(source) if kind == "template" else _expression(source)
    except TemplateSyntaxError as error:
        return (_syntax(source, kind, error.message or "", (error.lineno or 1) - 1),)
    except ValueError:
        return (Finding("a number in it cannot be read", "template-syntax"),)
    return tuple(vet(tree)) or (tree if isinstance(tree, nodes.Template) else result_tree(tree))


def _too_large(source: str, kind: Kind) -> tuple[Finding, ...]:
    static = kind == "template" and is_static(source)
    limit = OUTPUT if static else LENGTH
    if len(source) > limit:
        return (Finding(f"the {kind} is longer than {limit} characters", "too-large"),)
    return ()


def _brackets(source: str, kind: Kind) -> int:
    """Tell how deep brackets stand in each other, before the parser meets them."""
    if sum(map(source.count, "([{")) <= BRACKETS:
        return 0
    depth = deepest = 0
    state = "variable" if kind == "condition" else None
    for _line, group, sign in SANDBOX.lexer.tokeniter(source, None, None, state):
        if group == "operator":
            depth += (sign in _OPEN) - (sign in _CLOSED)
            deepest = max(deepest, depth)
    return deepest


def _not_a_condition(source: str, kind: Kind) -> tuple[Finding, ...]:
    if kind == "template":
        return ()
    if not source.strip():
        return (Finding("the condition is empty", "template-syntax"),)
    if any(mark in source for mark in _MARKS) and source.lstrip().startswith(_MARKS):
        hint = "leave out the {{ }} around it"
        return (Finding("a condition is an expression, not a template", "template-syntax", hint=hint),)
    return ()


def _template(source: str) -> nodes.Template | nodes.Expr:
    return Parser(SANDBOX, source).parse()


def _expression(source: str) -> nodes.Expr:
    parser = Parser(SANDBOX, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        _stray(parser)
    return expression


def _stray(parser: Parser) -> NoReturn:
    token = parser.stream.current
    raise TemplateSyntaxError(f"the condition ends before {token.value!r}", token.lineno)


def result_tree(expression: nodes.Expr) -> nodes.Template:
    """Wrap an expression in a tree that keeps its value."""
    line = expression.lineno
    body = nodes.Assign(nodes.Name(RESULT, "store", lineno=line), expression, lineno=line)
    return nodes.Template([body], lineno=line)


def _syntax(source: str, kind: Kind, message: str, line: int) -> Finding:
    tag = _UNKNOWN_TAG.search(message)
    if tag:
        return Finding(f"there is no tag '{tag[1]}'", "template-syntax", line, did_you_mean(tag[1], _TAGS))
    return Finding(message.rstrip("."), "template-syntax", max(0, line), _hint(source, kind))


def _hint(source: str, kind: Kind) -> str:
    """Guess from the signs of other languages what was meant."""
    code = source if kind == "condition" else " ".join("".join(parts) for parts in _CODE.findall(source))
    bare = _QUOTED.sub("", code)
    return next((hint for sign, hint in _OTHER_WAYS if sign.search(bare)), "")
