"""What a question asks for: an amount of money, a length of time, a moment, a number, a person or firm.

A passage that speaks of the same thing and has nothing of that kind does not answer: 'What does a brush cost?' beside
how brushes are cleaned. The words are those of the languages that botkit ships; others ask for nothing in particular.
"""

import re
from functools import lru_cache

_NUMBER = (
    r"\d|[一二两三四五六七八九十百千万半]|[٠-٩]"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|half|once|twice|none|dozen"
    r"|eins?|eine[nrs]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|kein\w*)\b"
)
_SPAN = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?"
    r"|jahre?n?|秒|分钟|小时|天|日|周|星期|个月|月|年|دقائق|دقيقة|ساعات?|ساعة|أيام|يوم|أسابيع|أسبوع|أشهر|شهر|سن)"
)
_KINDS = (
    (
        (
            r"\bhow much (?:is|are|does|do|will|would|to|for)\b"
            r"|\bwhat (?:does|do|will|would) .{0,60}\bcost|\bcosts?\b"
            r"|\bprices?\b|\bfees?\b|\bcharge\b|\bwie ?viel kostet|\bwas kostet|\bkosten\b|\bpreis|\bgebühr"
            r"|多少钱|费用|几元|几块|价格|收费|要钱|什么价|كم (?:سعر|تكلف|ثمن)|سعر|تكلفة"
        ),
        (
            r"[£$€¥]|\d ?(?:pounds?|pence|euros?|dollars?|cents?|percent|%|usd|eur|gbp)|\bfree\b"
            r"|\bno (?:fee|charge|cost)|kostenlos|gratis|[\d一二两三四五六七八九十百千万]\s?[元块角]"
            r"|百分之|免费|免运费|不收费|مجان"
            r"|دولار|يورو|ريال|درهم"
        ),
    ),
    (
        (
            r"\bhow (?:long|soon|fast|quick|many (?:\w+ )?(?:seconds|minutes|hours|days|weeks|months|years))\b"
            r"|\bwie (?:lange|schnell|viele (?:minuten|stunden|tage|wochen|monate|jahre))|多久|多长时间|几天|多少天"
            r"|几个?(?:工作日|月|小时|星期|分钟|年|周)|多少个?(?:小时|分钟)|كم (?:يوم|ساع|مد|يستغرق)"
        ),
        (
            rf"(?:{_NUMBER}).{{0,12}}?{_SPAN}|same day|next day|at once|immediately|instant|sofort|am selben tag"
            r"|当天|次日|隔天|立即|即时|马上|فور"
        ),
    ),
    (
        (
            r"\bhow many\b|\bwhat (?:age|percentage|amount)\b|\bhow (?:big|large|heavy|high|old|often|far)\b"
            r"|\bwie (?:viele|gro(?:ß|ss)|schwer|hoch|alt|oft|weit)\b"
            r"|多少|几[个次件张台位层部岁]|多大|多重|多高|كم عدد"
        ),
        _NUMBER,
    ),
    (
        r"\bwhen\b|\bwhat time\b|\bwhich day\b|\bwann\b|\bum wie viel uhr|几点|什么时候|何时|哪天|几号|متى",
        (
            rf"{_NUMBER}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|morning|evening|noon|night|(?:mon|diens|donners|frei|sams"
            rf"|sonn)tag|mittwoch|morgen|abend|{_SPAN}|[点号]"
        ),
    ),
    (
        r"\bwho\b|\bwhich (?:company|firm)\b|\bname of\b|\bwer\b|\bwelche firma\b|谁|哪家|哪个公司|من هو",
        r"(?-i:\b[A-Z]\w+ [A-Z]\w+)|\bwe\b|\byou\b|\bour\b|partner|wir\b|unser|我们|师傅|公司|客服|نحن",
    ),
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Give what asks for a kind, and what is of it; compiled when the first question comes."""
    return tuple((re.compile(asks, re.IGNORECASE), re.compile(has, re.IGNORECASE)) for asks, has in _KINDS)


def kind_of(question: str) -> re.Pattern[str] | None:
    """Give the pattern of what is of the kind that a question asks for first; None: of no kind."""
    found = [(asked.start(), has) for asks, has in _patterns() if (asked := asks.search(question))]
    return min(found, key=lambda one: one[0])[1] if found else None


def lacks(text: str, kind: re.Pattern[str] | None) -> bool:
    """Tell whether a text has nothing of the kind that is asked for."""
    return kind is not None and kind.search(text) is None
