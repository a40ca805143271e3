"""Which language a text is in: by its script, by frequent words, and by py3langid where that is installed."""

import re
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final, Literal

Language = Literal[
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl",
    "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
]  # fmt: skip

NAMES: Final = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_SCRIPTS: Final = {
    "kana": re.compile(r"[぀-ヿ]"),
    "han": re.compile(r"[㐀-䶿一-鿿]"),
    "hangul": re.compile(r"[가-힯]+"),
    "cyrillic": re.compile(r"[Ѐ-ӿ]+"),
    "arabic": re.compile(r"[؀-ۿݐ-ݿ]+"),
    "hebrew": re.compile(r"[֐-׿]+"),
    "greek": re.compile(r"[Ͱ-Ͽ]+"),
    "thai": re.compile(r"[฀-๿]+"),
    "devanagari": re.compile(r"[ऀ-ॿ]+"),
}
_OF_SCRIPT: Final = {
    "kana": ("ja",), "han": ("zh",), "hangul": ("ko",), "cyrillic": ("ru", "uk"), "arabic": ("ar",),
    "hebrew": ("he",), "greek": ("el",), "thai": ("th",), "devanagari": ("hi",),
}  # fmt: skip
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]+")
_NOISE: Final = re.compile(r"\S*(?:[@\d#]|://|www\.)[^\s㐀-鿿]*")
_FREQUENT: Final = {
    "en": "the and is are you your we for with this that have has not was will can be our from they it on as or at",
    "de": "der die das und ist sind nicht ein eine wir sie ihr mit für auf den dem haben wird von zu auch bei ich",
    "fr": "le les des et est une nous vous pour avec dans pas que qui sur votre sont avez ce cette du au je",
    "es": "el los las y es una nosotros para con por su que está son usted no se del como más pero lo al",
    "it": "il gli di è una per con non che sono del della nel più lo ha questo alla i anche",
    "pt": "os as é uma para com não que do da em seu você são no na por mais ao foi",
    "nl": "de het een en is zijn wij voor met niet van op dat u uw wordt naar ook bij we",
    "sv": "och är det en ett att för med inte som på av vi den till har ni",
}
_WORDS: Final = {code: frozenset(words.split()) for code, words in _FREQUENT.items()}
_LOOKED_AT: Final = 4000  # characters
_ENOUGH: Final = 4  # words in Latin letters, of which letters tell something
_SURE: Final = 0.95


def shown(text: str) -> str:
    """Give the code of the language that a text clearly shows; "" where it shows none."""
    plain = _NOISE.sub(" ", text[:_LOOKED_AT])
    latin = [word.casefold() for word in _LATIN.findall(plain)]
    weights = {name: len(pattern.findall(plain)) for name, pattern in _SCRIPTS.items()}
    if weights["kana"]:
        weights["kana"] += weights["han"]
        weights["han"] = 0
    script = max(weights, key=lambda name: weights[name])
    if weights[script] and weights[script] >= len(latin) / 2:
        codes = _OF_SCRIPT[script]
        return codes[0] if len(codes) == 1 else _between(plain, codes)
    return _by_words(latin) or (_by_letters(latin) if len(latin) >= _ENOUGH else "")


def is_other(text: str, language: str) -> bool:
    """Tell whether a text clearly shows another language than it should be in."""
    found = shown(text)
    return bool(found) and found != language.partition("-")[0]


def base(language: str) -> str:
    """Give the language of a locale: `zh` of `zh-TW`."""
    return language.partition("-")[0]


def name(language: str) -> str:
    """Give a language's name in English."""
    return NAMES.get(base(language), f"the language {language}")


def _between(text: str, codes: tuple[str, ...]) -> str:
    """Tell Russian from Ukrainian by the letters that only one of them has."""
    ukrainian = len(re.findall("[іїєґІЇЄҐ]", text))
    russian = len(re.findall("[ыэъёЫЭЪЁ]", text))
    return "" if ukrainian == russian else codes[1] if ukrainian > russian else codes[0]


def _by_words(words: list[str]) -> str:
    """Give the language whose frequent words a text has: two of them at least, and clearly more than any other's."""
    counts = sorted(((sum(word in known for word in words), code) for code, known in _WORDS.items()), reverse=True)
    (most, code), (second, _) = counts[0], counts[1]
    return code if most >= max(2, len(words) // 20) and most > second * 1.5 else ""


def _by_letters(words: list[str]) -> str:
    if find_spec("py3langid") is None:
        return ""
    code, likely = _identifier().classify(" ".join(words))
    return str(code) if likely >= _SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in NAMES if code in identifier.labels])
    return identifier
