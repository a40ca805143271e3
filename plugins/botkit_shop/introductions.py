"""What a customer says of who they are: the name in a sentence, with the zip code or an e-mail address beside it."""

import re
from dataclasses import dataclass

from botkit_shop import inputs, words

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
ZIP = re.compile(
    r"(?<![#\w-])(?:\d{3}-\d{4}|\d{4,6}(?:-\d{4})?|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|sure|ok|okay|yes|well|您好|你好|好的)\b[\s,.!，。！]*)*"
    r"(?:(?:my (?:full )?name(?: is|['’]s|:)?|the name is|name:|i am|i['’]m|im|it['’]?s|it is|this is|call me)(?!\w)|"
    r"我的名字(?:是|叫)|我的?姓名(?:是|叫)?|名字是|姓名[:：是]?|我叫|我是|叫)[\s:：,，]*",
    re.IGNORECASE,
)
ZIP_WORD = re.compile(
    r"(?:\band\b\s*)?(?:\b(?:my|the)\s+)?\b(?:zip|postal|post)\s?(?:code)?\b\s*(?:is\b|:)?|邮政编码(?:是)?|邮编(?:是)?",
    re.IGNORECASE,
)
EDGES = " \t\n,.;:!?，。；：！？、()（）-"


@dataclass(frozen=True, slots=True)
class Introduction:
    """The parts that were said; what was not is empty."""

    name: str
    zip: str
    email: str


def read(text: str) -> Introduction:
    """Take the name, zip code and e-mail address out of what a customer wrote."""
    text = words.in_digits(inputs.note(text))
    email = EMAIL.search(text)
    zip_code = ZIP.search(text)
    rest = text.replace(zip_code[0], " ") if zip_code else text
    name = LEAD.sub("", ZIP_WORD.sub(" ", rest).strip(EDGES)).strip(EDGES)
    return Introduction(
        name=" ".join(name.split()), zip=zip_code[0] if zip_code else "", email=email[0] if email else ""
    )
