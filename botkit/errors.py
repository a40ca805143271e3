"""Every error that botkit raises, one tree.

    BotkitError
    ├── LoadError            a bot directory has problems; carries all of them
    ├── ConfigError          something needed to start is missing or contradicts itself
    ├── UsageError           a call of the library or a command line that cannot be meant
    ├── ExpressionError      a template or condition failed while a turn was running
    │   ├── CurrencyError    amounts of two currencies cannot be compared or added
    │   └── ExpressionLimitError   it went over its bound on work or output
    ├── ActionError          an action failed in a way that its author foresaw
    ├── ArgumentsError       a call does not fit the signature of its action
    ├── ResultError          an action gave what its signature or a flow does not allow
    ├── RegistryError        two packages claim one name, or one cannot be loaded
    ├── StoreError           the store refused or lost its connection
    │   ├── FenceError       somebody else moved the conversation on
    │   └── BucketError      the bucket of files is not there, or refuses the bot
    ├── OutboundError        an action asked for something over HTTP that it may not have
    ├── FileError            a file is not taken, or is not there
    ├── EmbedderError        texts were given no vectors
    ├── ModelError           a language model gave no good answer
    ├── CarrierError         what carries work between nodes cannot be used
    ├── DeskError            a person may not do that with a conversation now
    └── DeliveryError        a platform refused a reply

`Place` and `Problem` live here as well, since every layer names places and the loader collects problems.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import msgspec


class Place(msgspec.Struct, frozen=True, order=True):
    """Where something stands in a bot's files; line and column count from 1."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place()

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True):
    """One finding of the loader: what is wrong, where, and how to mend it.

    `code` is stable and hyphenated (`unknown-step`); `message` says what was found; `hint` is the mend or
    the word that was probably meant, and may be empty.
    """

    place: Place
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        mark = "" if self.severity == "error" else "warning: "
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.place}: {mark}{self.code}: {self.message}{hint}"

    def as_json(self) -> dict[str, Any]:
        """Give the flat mapping that editors read."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


class BotkitError(Exception):
    """Something in botkit went wrong."""

    code: ClassVar[str] = "botkit-error"

    def __init__(self, message: str = "", *, place: Place | None = None, hint: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.place = place
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class LoadError(BotkitError):
    """The bot has problems and cannot be loaded."""

    code = "load-error"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Fault(msgspec.Struct, frozen=True):
    """A setting that does not fit; `key` is the way to it in bot.yaml from the plugin or the channel on."""

    key: tuple[str | int, ...]
    message: str
    hint: str = ""


class ConfigError(BotkitError):
    """The configuration cannot be used."""

    code = "config-error"

    def __init__(
        self, message: str = "", *, place: Place | None = None, hint: str = "", faults: Sequence[Fault] = ()
    ) -> None:
        self.faults = tuple(faults)
        super().__init__(message, place=place, hint=hint)


class UsageError(BotkitError):
    """This call cannot be meant."""

    code = "usage-error"


class ExpressionError(BotkitError):
    """A template or a condition could not be evaluated."""

    code = "expression-error"


class CurrencyError(ExpressionError):
    """Amounts of two currencies cannot be compared or added."""

    code = "other-currency"

    currencies: tuple[str, ...] = ()


class ExpressionLimitError(ExpressionError):
    """A template or a condition went over its bound on work or output."""

    code = "expression-limit"


class RegistryError(BotkitError):
    """A plugin or a connector cannot be registered."""

    code = "registry-error"


class ActionError(BotkitError):
    """An action failed in a way that its author foresaw.

    `error` is the machine-readable reason, which a flow reads as `error.code`; the message is for people and
    is `error.message`. Raise it in an action to tell the flow what went wrong.
    """

    code = "action-error"

    def __init__(self, message: str = "", *, error: str = "failed") -> None:
        self.error = error
        super().__init__(message)


class ArgumentsError(BotkitError):
    """A call does not fit the signature of its action.

    It says which argument and why, never its value.
    """

    code = "arguments-error"


class ResultError(BotkitError):
    """An action gave what its signature or a flow does not allow."""

    code = "result-error"


class StoreError(BotkitError):
    """The store could not do what was asked.

    `reason` says why in words that anybody may see, without the store's place; it may be empty.
    """

    code = "store-error"

    def __init__(self, message: str = "", *, reason: str = "", hint: str = "") -> None:
        self.reason = reason
        super().__init__(message, hint=hint)


class FenceError(StoreError):
    """Another worker moved this conversation on in the meantime."""

    code = "fence-error"


class BucketError(StoreError):
    """The bucket of files does not exist, or does not let the bot in: trying again does not help."""

    code = "bucket-error"


class OutboundError(BotkitError):
    """An action asked for something over HTTP that it may not have: an address, a size, a time."""

    code = "outbound-error"


class FileError(BotkitError):
    """A file was not taken, or is not there.

    `reason` is `empty`, `too_large`, `too_many` (its conversation holds as much as it may), `wrong_type`, or
    `missing`: the conversation that asks holds no such file.
    """

    code = "file-error"

    def __init__(self, message: str = "", *, reason: str = "missing") -> None:
        self.reason = reason
        super().__init__(message)


class DeskError(BotkitError):
    """A person may not do that with a conversation now.

    `reason` is `taken` (somebody else has it), `unclaimed` (nobody has), `unknown` (there is no such conversation, or
    team, or person), `late` (no turn was made of it in time: it may still come), or `failed`.
    """

    code = "desk-error"

    def __init__(self, message: str = "", *, reason: str = "failed", hint: str = "") -> None:
        self.reason = reason
        super().__init__(message, hint=hint)


class EmbedderError(BotkitError):
    """The embedder gave no vectors.

    It says why, never the text.
    """

    code = "embedder-error"


class ModelError(BotkitError):
    """The language model gave no good answer.

    `reason` is what a flow's `error.code` becomes: `timeout`, `rate_limited` (429), `unavailable` (no connection,
    5xx, or the breaker is open), `rejected` (any other 4xx: the key, the request), `truncated` (cut off at its limit
    of tokens, or by the connection), `malformed` (not the protocol), `empty`, `refused` (its own refusal, or a
    filter's), `over_budget`, `blocked` (a guard of ours), `unsupported`, `not_configured`. `temporary` says that
    another try may help, `retry_after` after how many seconds. It says why, never a text of the talk.
    """

    code = "model-error"

    def __init__(
        self,
        message: str = "",
        *,
        reason: str = "unavailable",
        temporary: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.temporary = temporary
        self.retry_after = retry_after


class CarrierError(BotkitError):
    """What carries work between nodes cannot be used."""

    code = "carrier-error"


class DeliveryError(BotkitError):
    """A platform did not take a reply.

    `permanent` says that trying again is useless (blocked, chat gone); otherwise `retry_after` is the number
    of seconds that the platform asked for, if it did.
    """

    code = "delivery-error"

    def __init__(self, message: str = "", *, permanent: bool = False, retry_after: float | None = None) -> None:
        self.permanent = permanent
        self.retry_after = retry_after
        super().__init__(message)
