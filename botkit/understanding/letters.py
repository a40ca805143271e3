"""Languages in Latin letters told apart by their letters, with py3langid (the extra `language`).

Its model (naive Bayes on byte n-grams, 139 languages, 4 MB) is asked only between the bot's languages and the common
ones beside them, so that a message in a language that the bot does not speak shows none of its own.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any, Final

from botkit.model.locales import Locale
from botkit.understanding.language import Letters

COMMON: Final = (
    "cs", "da", "de", "en", "es", "fi", "fr", "hr", "hu", "id", "it", "nl", "no", "pl", "pt", "ro", "sv", "tr", "vi",
)  # fmt: skip
SURE: Final = (0.9, 0.6, 0.6)  # how likely a language has to be for one word, two, and more
"""On 234 short messages in nine languages, no wrong one of two languages; see docs/locales.md."""
_ALIASES: Final = {"nb": "no", "nn": "no"}


def letters_of(locales: Sequence[Locale]) -> Letters | None:
    """Give what tells the locales of a bot apart; None where it speaks one language in Latin letters at most.

    Without py3langid it is None, too. The first of several locales of one language stands for all.
    """
    codes: dict[str, str] = {}
    for locale in locales:
        if locale.script == "latin":
            language = locale.code.partition("-")[0]
            codes.setdefault(_ALIASES.get(language, language), locale.code)
    if len(codes) < 2 or find_spec("py3langid") is None:
        return None
    identifier = _identifier(tuple(sorted({*codes, *COMMON})))
    return partial(_tell, identifier, codes)


def _tell(identifier: Any, codes: Mapping[str, str], words: Sequence[str]) -> str:
    """Give the locale that some words are in, or '': also where all are written as names are."""
    if all(word[0].isupper() and not word.isupper() for word in words):
        return ""
    language, likely = identifier.classify(" ".join(words))
    return codes.get(language, "") if likely >= SURE[min(len(words), len(SURE)) - 1] else ""


@lru_cache(maxsize=8)
def _identifier(languages: tuple[str, ...]) -> Any:
    """Load the model, once for each set of languages: a second, and 80 MB of memory."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([language for language in languages if language in identifier.labels])
    return identifier
