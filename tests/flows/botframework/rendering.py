"""Trees of adaptive expressions as expressions and texts of botkit's language."""

from collections.abc import Callable
from json import JSONDecodeError, loads
from typing import Any, Protocol

from tests.flows.botframework.expressions import (
    Attr,
    Binary,
    Call,
    Choice,
    Const,
    Index,
    Listing,
    Mapping,
    MissingError,
    Name,
    Node,
    Text,
    Unary,
)

Path = tuple[str, ...]


class Memory(Protocol):
    """Where paths lead."""

    def read(self, path: Path) -> tuple[str, Path]:
        """Give the expression for the longest known part of a path, and the rest of the path."""
        ...


COMPARING = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
JOINING = {"&&": "and", "||": "or"}
ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
LENGTHS = frozenset({"length", "count"})
NAMED_OPERATORS = {
    "equals": "==", "greater": ">", "greaterOrEquals": ">=", "less": "<", "lessOrEquals": "<=",
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "and": "&&", "or": "||",
}  # fmt: skip
FILTERS = {
    "toUpper": "upper", "toLower": "lower", "trim": "trim", "titleCase": "title", "sentenceCase": "capitalize",
    "count": "length", "length": "length", "first": "first", "last": "last", "int": "int", "float": "float",
    "string": "string", "abs": "abs", "reverse": "reverse", "unique": "unique", "max": "max", "min": "min",
    "sum": "sum", "round": "round", "replace": "replace", "join": "join", "sortBy": "sort", "floor": "round",
    "ceiling": "round", "uriComponent": "urlencode",
}  # fmt: skip
ROUNDINGS = {"floor": "0, 'floor'", "ceiling": "0, 'ceil'"}
GATHERING = frozenset({"max", "min"})
TESTS = {
    "isString": "string", "isInteger": "integer", "isFloat": "float", "isBoolean": "boolean", "isObject": "mapping",
}  # fmt: skip
TELLING = frozenset(
    {"equals", "greater", "greaterOrEquals", "less", "lessOrEquals", "and", "or", "not", "exists", "empty",
     "contains", "startsWith", "endsWith", "isArray", *TESTS}
)  # fmt: skip


def is_telling(node: Node) -> bool:
    """Tell whether an expression gives true or false whatever its operands are."""
    match node:
        case Const(value=bool()):
            return True
        case Unary(operator="!"):
            return True
        case Binary(operator=operator):
            return operator in COMPARING or operator in JOINING
        case Call(name=name):
            return name in TELLING
        case _:
            return False


def is_text(node: Node) -> bool:
    """Tell whether an expression gives a text whatever its operands are."""
    match node:
        case Const(value=str()) | Text() | Call(name="concat" | "toUpper" | "toLower" | "trim" | "join" | "string"):
            return True
        case Binary(operator="&"):
            return True
        case Binary(operator="+", left=left, right=right):
            return is_text(left) or is_text(right)
        case _:
            return False


def quoted(text: str) -> str:
    """Write a text as a literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def literal(value: Any) -> str:
    """Write plain data as an expression; keys in small letters, since paths do not tell large from small."""
    match value:
        case None | bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return f"{{{', '.join(f'{quoted(str(key).lower())}: {literal(item)}' for key, item in value.items())}}}"
    raise MissingError(f"a value of {type(value).__name__}")


class Renderer:
    """Writes trees as expressions. `bound` are paths that stand for something else where the expression is."""

    def __init__(self, memory: Memory, bound: dict[Path, str] | None = None) -> None:
        self.memory = memory
        self.bound = bound or {}

    def bind(self, **paths: str) -> "Renderer":
        """Give a renderer in which `this_value` stands for the path this.value, and so on."""
        return Renderer(self.memory, self.bound | {tuple(name.split("_")): code for name, code in paths.items()})

    def text(self, node: Node) -> str:
        """Write a tree as a text with holes; one that is only a hole gives the value itself."""
        if isinstance(node, Const):
            return _escaped(node.value) if isinstance(node.value, str) else f"{{{{ {self.code(node)} }}}}"
        if not isinstance(node, Text):
            return f"{{{{ {self.code(node)} }}}}"
        return "".join(_escaped(part) if isinstance(part, str) else self.text(part) for part in node.parts)

    def condition(self, node: Node) -> str:
        """Write a tree as a condition: everything holds but false and null."""
        if is_telling(node):
            return self.code(node)
        code = self.code(node)
        return f"({code} is not none and {code} is not false)"

    def code(self, node: Node) -> str:
        """Write a tree as an expression. What is made of parts stands in brackets."""
        match node:
            case Const(value=value):
                return literal(value)
            case Name() | Attr() | Index():
                return self.path(node)
            case Unary(operator="!", operand=operand):
                return f"(not {self.condition(operand)})"
            case Unary(operator=operator, operand=operand):
                return f"({operator}{self.code(operand)})"
            case Binary():
                return self.binary(node.operator, node.left, node.right)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return f"({self.code(then)} if {self.condition(condition)} else {self.code(otherwise)})"
            case Listing(items=items):
                return f"[{', '.join(map(self.code, items))}]"
            case Mapping(pairs=pairs):
                return f"{{{', '.join(f'{quoted(key.lower())}: {self.code(item)}' for key, item in pairs)}}}"
            case Text(parts=parts):
                return self.joined(tuple(Const(part) if isinstance(part, str) else part for part in parts))
            case Call(name=name, args=args):
                return self.call(name, args)

    def binary(self, operator: str, left: Node, right: Node) -> str:
        """Write two operands."""
        if operator in JOINING:
            return f"({self.condition(left)} {JOINING[operator]} {self.condition(right)})"
        if operator in {"==", "!="} and Const(None) in (left, right):
            other = self.code(right if left == Const(None) else left)
            return f"({other} is none)" if operator == "==" else f"({other} is not none)"
        if operator in COMPARING:
            return f"({self.code(left)} {operator} {self.code(right)})"
        if operator == "??":
            return self.coalesced((left, right))
        if operator == "&" or (operator == "+" and (is_text(left) or is_text(right))):
            return self.joined((left, right))
        if operator in ARITHMETIC:
            return f"({self.code(left)} {operator} {self.code(right)})"
        raise MissingError(f"the operator {operator}")

    def joined(self, parts: tuple[Node, ...]) -> str:
        """Write what follows each other as one text."""
        return f"({' ~ '.join(map(self.code, parts))})"

    def coalesced(self, parts: tuple[Node, ...]) -> str:
        """Write the first of several that is not null."""
        *others, last = map(self.code, parts)
        for code in reversed(others):
            last = f"({code} if {code} is not none else {last})"
        return last

    # Paths

    def path(self, node: Node) -> str:
        """Write a path: the part that memory knows, then what is read of its value."""
        names, rest = unfold(node)
        for length in range(len(names), 0, -1):
            if names[:length] in self.bound:
                code, left = self.bound[names[:length]], names[length:]
                break
        else:
            code, left = self.memory.read(names)
        for position, name in enumerate(left):
            last = position == len(left) - 1 and not rest
            code = f"({code} | length)" if last and name in LENGTHS else f"{code}[{quoted(name)}]"
        for key in rest:
            code = self.accessed(code, key)
        return code

    def accessed(self, code: str, key: "str | Node") -> str:
        """Write one access behind a computed or numbered one."""
        if isinstance(key, str):
            return f"({code} | length)" if key in LENGTHS else f"{code}[{quoted(key)}]"
        return f"{code}[{self.code(key)}]"

    # Functions

    def call(self, name: str, args: tuple[Node, ...]) -> str:
        """Write a function's call."""
        if name in NAMED_OPERATORS and len(args) >= 2:
            left, *others = args
            for right in others[:-1]:
                left = Binary(NAMED_OPERATORS[name], left, right)
            return self.binary(NAMED_OPERATORS[name], left, others[-1])
        own = _CALLS.get(name)
        if own is not None:
            return own(self, args)
        if name in TESTS and len(args) == 1:
            return f"({self.code(args[0])} is {TESTS[name]})"
        if name in FILTERS and args:
            return self.filtered(name, args)
        raise MissingError(f"the function {name}()")

    def filtered(self, name: str, args: tuple[Node, ...]) -> str:
        """Write a function that is a filter."""
        if name in GATHERING and len(args) > 1:
            args = (Listing(args),)
        given = ROUNDINGS.get(name, ", ".join(map(self.code, args[1:])))
        return f"({self.code(args[0])} | {FILTERS[name]}{f'({given})' if given else ''})"


def unfold(node: Node) -> tuple[Path, tuple["str | Node", ...]]:
    """Divide a path into the names that it begins with, in small letters, and the rest, from the first computed key on."""
    parts: list[str | Node] = []
    while isinstance(node, Attr | Index):
        if isinstance(node, Attr):
            parts.append(node.name.lower())
        else:
            name = _name_of(node.key)
            parts.append(name.lower() if name is not None else node.key)
        node = node.base
    if not isinstance(node, Name):
        raise MissingError("a part of something computed")
    parts.append(node.name.lower())
    parts.reverse()
    names: list[str] = []
    for part in parts:
        if not isinstance(part, str):
            break
        names.append(part)
    return tuple(names), tuple(parts[len(names) :])


def _name_of(node: Node) -> str | None:
    """Give the text that a node is, if it is one."""
    return node.value if isinstance(node, Const) and isinstance(node.value, str) else None


def _escaped(text: str) -> str:
    """Keep a text from being read as a template."""
    if not any(sign in text for sign in ("{{", "{%", "{#")):
        return text
    return f"{{{{ {quoted(text)} }}}}"


def _not(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"(not {renderer.condition(args[0])})"


def _exists(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"({renderer.code(args[0])} is not none)"


def _empty(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"(({renderer.code(args[0])} | length) == 0)"


def _contains(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"({renderer.code(args[1])} in {renderer.code(args[0])})"


def _if(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return renderer.code(Choice(*args))


def _starts(renderer: Renderer, args: tuple[Node, ...]) -> str:
    text, part = map(renderer.code, args)
    return f"({text}[:{part} | length] == {part})"


def _ends(renderer: Renderer, args: tuple[Node, ...]) -> str:
    text, part = map(renderer.code, args)
    return f"({text}[({text} | length) - ({part} | length):] == {part})"


def _substring(renderer: Renderer, args: tuple[Node, ...]) -> str:
    text, start, *length = map(renderer.code, args)
    return f"{text}[{start}:{f'{start} + {length[0]}' if length else ''}]"


def _take(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"{renderer.code(args[0])}[:{renderer.code(args[1])}]"


def _skip(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return f"{renderer.code(args[0])}[{renderer.code(args[1])}:]"


def _json(_renderer: Renderer, args: tuple[Node, ...]) -> str:
    text = _name_of(args[0])
    if text is None:
        raise MissingError("json() of a text that is not written out")
    try:
        return literal(loads(text))
    except JSONDecodeError as error:
        raise MissingError(f"json() of what is none: {error}") from None


def _bool(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return renderer.condition(args[0])


def _property(renderer: Renderer, args: tuple[Node, ...]) -> str:
    return renderer.code(Index(args[0], args[1]) if len(args) > 1 else args[0])


def _is_array(renderer: Renderer, args: tuple[Node, ...]) -> str:
    code = renderer.code(args[0])
    return f"({code} is sequence and {code} is not string)"


def _picked(renderer: Renderer, args: tuple[Node, ...]) -> str:
    """Write `select(list, item, item.name)`: an attribute of each item."""
    match args:
        case (items, Name(name=item), Attr(base=Name(name=base), name=attribute)) if item == base:
            return f"({renderer.code(items)} | map(attribute={quoted(attribute.lower())}))"
    raise MissingError("select() of more than an attribute")


def _where(renderer: Renderer, args: tuple[Node, ...]) -> str:
    """Write `where(list, item, item.name == value)`."""
    match args:
        case (items, Name(name=item), Binary(operator="==" | "!=" as sign, left=left, right=right)):
            value = renderer.code(right)
            kept = "select" if sign == "==" else "reject"
            if left == Name(item):
                return f"({renderer.code(items)} | {kept}('eq', {value}))"
            if isinstance(left, Attr) and left.base == Name(item):
                return f"({renderer.code(items)} | {kept}attr({quoted(left.name.lower())}, 'eq', {value}))"
    raise MissingError("where() of more than an attribute's value")


_CALLS: dict[str, Callable[[Renderer, tuple[Node, ...]], str]] = {
    "concat": Renderer.joined,
    "coalesce": Renderer.coalesced,
    "createArray": lambda renderer, args: renderer.code(Listing(args)),
    "not": _not,
    "exists": _exists,
    "empty": _empty,
    "contains": _contains,
    "if": _if,
    "startsWith": _starts,
    "endsWith": _ends,
    "substring": _substring,
    "take": _take,
    "skip": _skip,
    "json": _json,
    "bool": _bool,
    "getProperty": _property,
    "isArray": _is_array,
    "select": _picked,
    "foreach": _picked,
    "where": _where,
}
