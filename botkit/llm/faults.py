"""Faults: what goes wrong at a server, as a ModelError. What a server says is never passed on: it quotes the talk."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Final

from botkit.errors import ModelError

if TYPE_CHECKING:
    from openai import APIError, APIStatusError

_BUSY: Final = frozenset({408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529})
_FILTERED: Final = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
_SPENT: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_HINTS: Final = {
    401: "is api_key right?",
    403: "is api_key right?",
    404: "are base_url (such as https://api.openai.com/v1) and model right?",
}
_REASONS: Final = {  # codes that stand in a stream, or in a response that failed
    "rate_limit_exceeded": "rate_limited",
    "rate_limit_error": "rate_limited",
    "invalid_prompt": "rejected",
    "invalid_request_error": "rejected",
    "context_length_exceeded": "rejected",
    **dict.fromkeys(_FILTERED, "refused"),
}
_TEMPORARY: Final = frozenset({"rate_limited", "unavailable"})


def timed_out() -> ModelError:
    """Give what is raised when a server takes too long."""
    return ModelError("the language model took too long", reason="timeout", temporary=True)


def unavailable(what: str) -> ModelError:
    """Give what is raised when a model cannot be asked now."""
    return ModelError(what, reason="unavailable", temporary=True)


def cut_off() -> ModelError:
    """Give what is raised when an answer ends in the middle, without a word why."""
    return ModelError("the language model's answer was cut off", reason="truncated", temporary=True)


def malformed() -> ModelError:
    """Give what is raised when an answer is not of the protocol."""
    return ModelError("the language model's answer cannot be read", reason="malformed", temporary=True)


def empty(what: str) -> ModelError:
    """Give what is raised when there is nothing in an answer."""
    return ModelError(what, reason="empty", temporary=True)


def refused() -> ModelError:
    """Give what is raised when a model, or its provider's filter, will not answer."""
    return ModelError("the language model refused to answer", reason="refused")


def unsupported(what: str) -> ModelError:
    """Give what is raised when a server lacks what is asked for, or bot.yaml names no model for it."""
    return ModelError(what, reason="unsupported")


@contextmanager
def as_model_errors() -> Iterator[None]:
    """Turn whatever a server or its library does meanwhile into ModelErrors."""
    import httpx2
    import openai

    try:
        yield
    except ModelError:
        raise
    except openai.APIStatusError as error:
        raise of_status(error) from None
    except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException):
        raise timed_out() from None
    except openai.APIConnectionError as error:
        cause = error.__cause__
        what = type(cause if cause is not None else error).__name__
        message = f"the language model is out of reach ({what})"
        raise ModelError(message, reason="unavailable", temporary=True) from None
    except httpx2.TransportError:
        raise cut_off() from None
    except openai.APIResponseValidationError:
        raise malformed() from None
    except openai.APIError as error:
        raise of_code(error) from None
    except (JSONDecodeError, UnicodeDecodeError, AttributeError, TypeError, ValueError, LookupError):
        raise malformed() from None
    except openai.OpenAIError as error:
        message = f"the language model cannot be asked ({type(error).__name__})"
        raise ModelError(message, reason="rejected") from None


def of_status(error: "APIStatusError") -> ModelError:
    """Give what an answer with an error's status means."""
    status, code = error.status_code, _code_of(error)
    asked = retry_after(error.response.headers.get("retry-after", ""), datetime.now(UTC))
    shown = f" ({code})" if code else ""
    message = f"the language model's server answered {status}{shown}"
    if code in _FILTERED:
        return refused()
    if status == 429:
        if code in _SPENT:
            return ModelError(message, reason="rejected")
        return ModelError(message, reason="rate_limited", temporary=True, retry_after=asked)
    if status in _BUSY or status >= 500:
        temporary = status != 501
        return ModelError(message, reason="unavailable", temporary=temporary, retry_after=asked)
    hint = _HINTS.get(status, "")
    return ModelError(f"{message}: {hint}" if hint else message, reason="rejected")


def of_code(error: "APIError") -> ModelError:
    """Give what an error in the middle of a stream means."""
    return of_words(_code_of(error))


def of_words(code: object) -> ModelError:
    """Give what a server's code of an error means; an unknown one is the server's trouble."""
    code = code if isinstance(code, str) and _is_plain(code) else ""
    reason = _REASONS.get(code, "unavailable")
    message = f"the language model's server gave an error{f' ({code})' if code else ''}"
    return refused() if reason == "refused" else ModelError(message, reason=reason, temporary=reason in _TEMPORARY)


def said_by(error: "APIStatusError") -> tuple[str, str]:
    """Give what a server says of a request that it does not take: the option that it names, and its message."""
    return (error.param or "").casefold(), f"{error.message} {error.body}".casefold()


def retry_after(text: str, now: datetime) -> float | None:
    """Read for how many seconds a server asks to be left alone: a number, or a date. None if it does not say."""
    text = text.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 10:
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())


def _code_of(error: "APIError") -> str:
    """Give the code of an error. What else it says may have the text or the key in it."""
    for code in (error.code, error.type, _nested(error.body)):
        if isinstance(code, str) and _is_plain(code):
            return code
    return ""


def _is_plain(code: str) -> bool:
    letters = code.replace("_", "")
    return len(code) <= 60 and letters.isascii() and letters.isalpha()


def _nested(body: Any) -> Any:
    inner = body.get("error") if isinstance(body, dict) else None
    return inner.get("code") or inner.get("type") if isinstance(inner, dict) else None
