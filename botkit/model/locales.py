"""A locale: everything that the bot has to know of a language, from one YAML file.

Phrases are kept as they were written; whoever compares folds both sides with `words.fold`. Words of values
(`numbers`, `dates`, currencies) are compared in small letters; a phrase of several words matches any space
between them.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar

import msgspec

from botkit.model.words import fold

Control = Literal["cancel", "repeat", "start_over", "person", "opt_out", "opt_in"]
Unit = Literal[
    "second", "minute", "quarter", "hour", "day", "week", "fortnight", "month", "year", "decade", "century"
]

Holiday = Annotated[str, msgspec.Meta(pattern=r"^(\d\d-\d\d|(\d\d-W[1-5L]-[1-7]|easter)([+-]\d{1,2})?)$")]
"""When a holiday is: 12-25; 11-W4-4, the fourth Thursday of November (L: the last); days from it: easter-2."""


Known = TypeVar("Known")


class Formats(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How numbers, money and dates are written. Date patterns use `{d} {dd} {m} {mm} {month} {mon} {yyyy}
    {weekday}` and times `{h} {hh} {h12} {mi} {ampm}`.
    """

    decimal: str = "."
    group: str = ","
    money: str = "{symbol}{amount}"
    percent: str = "{number}%"
    date_short: str = "{yyyy}-{mm}-{dd}"
    date_long: str = "{month} {d}, {yyyy}"
    time_short: str = "{hh}:{mi}"
    datetime_short: str = "{date} {time}"
    months: tuple[str, ...] = ()
    months_short: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()  # Monday first
    am: str = "am"
    pm: str = "pm"
    plural: Literal["one-other", "other", "arabic"] = "one-other"
    list_and: str = "and"
    list_separator: str = ", "
    symbols: dict[str, str] = {}  # currency code → symbol
    units: dict[Literal["day", "hour", "minute", "second"], tuple[str, ...]] = {}  # its words, as for `plural`


class Numbers(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers in words: cardinals, scale words (hundred, 万), and what joins them.

    `compact` is the Chinese way: digits in a row are one number (二〇二六) and a last digit after a scale
    stands for the next smaller one (一万三 is 13,000).
    """

    words: dict[str, float] = {}
    scales: dict[str, float] = {}
    joiners: tuple[str, ...] = ()  # two hundred AND five, 一百零五
    half: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()  # behind the number
    percent_before: tuple[str, ...] = ()  # 百分之二十
    tenths: tuple[str, ...] = ()  # 三成 is 30 percent
    minus: tuple[str, ...] = ()
    point: tuple[str, ...] = ()
    ordinals: dict[str, int] = {}  # first, second
    ordinal_suffixes: tuple[str, ...] = ()  # 3RD
    ordinal_before: tuple[str, ...] = ()  # 第三
    fractions: dict[str, int] = {}  # two THIRDS
    over: tuple[str, ...] = ()  # 三分之二 is 2/3
    under: tuple[str, ...] = ()  # two OVER three is 2/3
    one: tuple[str, ...] = ()  # a, an: one before a scale, a half or a unit
    measures: tuple[str, ...] = ()  # between a number and a half: 一个半
    zero: tuple[str, ...] = ()  # joiners that are digits as well: 零
    compact: bool = False
    determiners: tuple[str, ...] = ()  # a pronoun behind one of these is no number: A large one
    never: tuple[str, ...] = ()  # no number in these: this one, 一下
    people: dict[str, bool] = {}  # who are counted together, and whether the word is for one: adult → true
    heads: tuple[str, ...] = ()  # in a question for how many these are in all: GUESTS, 几位
    speaker: tuple[str, ...] = ()  # the customer, counted with others: ME and a friend


class Dates(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everyday wording of dates, times and durations."""

    order: Literal["mdy", "dmy", "ymd"] = "dmy"  # of dates in digits
    order_in: dict[str, Literal["mdy", "dmy", "ymd"]] = {}  # country → its own order
    relative: dict[str, int] = {}  # phrase → days from today
    periods: dict[str, tuple[Unit, int]] = {}  # 明年 → year, 1
    weekdays: dict[str, int] = {}  # name → 0 (Monday) to 6
    months: dict[str, int] = {}  # name → 1 to 12
    units: dict[str, Unit] = {}
    marks: dict[str, Literal["year", "month", "day"]] = {}  # behind numbers: 2026年5月3日
    holidays: dict[str, Holiday] = {}  # single days of the solar calendar: Christmas → 12-25
    next: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()  # the COMING Friday: the nearest, whichever week it is in
    last: tuple[str, ...] = ()
    this: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()  # IN two weeks
    later: tuple[str, ...] = ()  # two weeks FROM NOW, 三天后
    ago: tuple[str, ...] = ()
    after: tuple[str, ...] = ()  # two days AFTER tomorrow
    before: tuple[str, ...] = ()
    end: tuple[str, ...] = ()  # END OF the month, 月底; of a day: its last second
    start: tuple[str, ...] = ()
    vague: dict[str, int] = {}  # a few → 3
    now: tuple[str, ...] = ()
    times: dict[str, str] = {}  # noon → 12:00
    parts: dict[str, tuple[int, int]] = {}  # morning → hours from, to; turns 3 into 15 in the afternoon
    am: tuple[str, ...] = ()
    pm: tuple[str, ...] = ()
    oclock: tuple[str, ...] = ()
    quarters: dict[str, int] = {}  # half past → 30, 一刻 → 15
    past: tuple[str, ...] = ()  # ten PAST eight
    to: tuple[str, ...] = ()  # ten TO eight, 差十分八点
    at: tuple[str, ...] = ()  # AT 7
    on: tuple[str, ...] = ()  # ON 5/3
    on_day: tuple[str, ...] = ()  # of these, those before which a bare number is a day: ON the 15
    fillers: tuple[str, ...] = ()  # of, the, between the parts of a date
    whole: tuple[str, ...] = ()  # ALL day
    doubtful: tuple[str, ...] = ()  # other words too, unless written large or led by ON: may, sun, 一点
    never: tuple[str, ...] = ()  # no date in these: 3号楼
    places: tuple[str, ...] = ()  # beside these stands a house number: 8 May STREET, 南京路8号


class Locale(msgspec.Struct, frozen=True, eq=False, omit_defaults=True, forbid_unknown_fields=True):
    """One language. `control`, `yes`, `no` and `repair` are required of every locale, the rest makes it whole.

    `control`: whole messages for cancel, repeat, start_over, person, and for no messages that the customer
    did not ask for (opt_out) or those again (opt_in). `requests`: parts of a message that ask
    for a person. `corrections`: words that begin a correction (no, wait, I meant). `fillers`: words that say
    nothing of a value (please, it is). `repair`: texts of the repair flows. `shown_by`: frequent words by which
    the language is recognised; a script of its own (`script`) is enough. `currencies`: word → ISO code, or
    several of which the bot's own is taken, else the first. `parts_of_money`: word → how many make one
    (cent 100, 角 10). It equals itself alone, so that what is derived from it can be kept by it.
    """

    code: str
    name: str
    control: dict[Control, tuple[str, ...]]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    repair: dict[str, str]
    requests: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()  # all, both
    none_of: tuple[str, ...] = ()  # whole replies that choose no option of several: NONE OF THEM, 都不要
    shown_by: tuple[str, ...] = ()
    script: Literal["latin", "han", "arabic", "cyrillic", "hangul", "kana", "other"] = "latin"
    rtl: bool = False
    formats: Formats = Formats()
    numbers: Numbers = Numbers()
    dates: Dates = Dates()
    currencies: dict[str, str] = {}  # dollars, 块, 元
    parts_of_money: dict[str, int] = {}
    booleans: dict[str, bool] = {}  # further words for a boolean slot: on, off
    phone: tuple[str, ...] = ()  # words that announce a phone number, in small letters: call me at
    answers: tuple[str, ...] = ()  # of yes and no, those that count with more words behind: yes I want it
    kinds: tuple[str, ...] = ()  # a slot's name is one without these at its end, too: order NUMBER, 订单号
    copulas: tuple[str, ...] = ()  # between a slot's name and its new value: the address IS, 地址改成
    others: tuple[str, ...] = ()  # before a slot's name: not the value that is known: ANOTHER order
    pauses: tuple[str, ...] = ()  # whole replies that want a moment: hold on, 稍等
    counters: tuple[str, ...] = ()  # whole replies that ask back, the slot's name left out: why do you need it
    nots: tuple[str, ...] = ()  # make a statement a no: I have NOT paid it
    claims: tuple[str, ...] = ()  # make the words of a yes-or-no question a statement: I ALREADY paid it
    doubts: tuple[str, ...] = ()  # a yes with one of these behind it is none: yes IF, ok BUT
    assents: tuple[str, ...] = ()  # beside a yes these add nothing: please, I WANT IT; without any, the fillers
    questions: tuple[str, ...] = ()  # words that a question begins with: how, can
    negations: tuple[str, ...] = ()  # before a value that is not meant: NOT by mail, ANYTHING BUT blue
    refusals: tuple[str, ...] = ()  # before an option that is not meant: I DON'T WANT the blue one
    appeals: tuple[str, ...] = ()  # whole messages that ask for a person, unless a flow is for them
    stops: tuple[str, ...] = ()  # before what is not wanted, or not any more: NO refund, 先不 退
    shifts: tuple[str, ...] = ()  # in words for a day these say it from the day that is known: a day LATER
    leads: tuple[str, ...] = ()  # before a particular that is asked for: IT'S 9 Elm Road, 我叫 张伟
    keeping: tuple[str, ...] = ()  # whole replies that leave things as they are: I'LL KEEP IT, 我留着吧
    keeps: tuple[str, ...] = ()  # before an option that is left where it is: I'll KEEP the chair
    harmless: tuple[str, ...] = ()  # words that begin as a no and are none: 别人, 不过
    past: tuple[str, ...] = ()  # words by which something is told that was done: I PAID by card
    happened: tuple[str, ...] = ()  # by these it is told what happened, which asks nothing: they WERE damaged
    wishes: tuple[str, ...] = ()  # what has one of these is more than told: I paid and WANT it back
    pronouns: tuple[str, ...] = ()  # behind a slot's name they add nothing: the charged ONE
    prepositions: tuple[str, ...] = ()  # may stand between these and the value: not BY mail
    hedges: tuple[
        str, ...
    ] = ()  # before a yes or no to a boolean question they change nothing: UNFORTUNATELY no, 好像没有
    presence: tuple[str, ...] = ()  # in a question for whether something is there: do you still HAVE it?
    losses: tuple[str, ...] = ()  # in a reply to that, that it is not: it is GONE
    wrongs: tuple[str, ...] = ()  # behind a slot's name: its value does not count: the address is MISSPELLED
    mistakes: tuple[str, ...] = ()  # right before a slot's name: the same: the WRONG date, 填错 地址
    changing: tuple[str, ...] = ()  # before a slot's name: its value is to change: CHANGE the date, 改 日期
    approvals: tuple[str, ...] = ()  # before a thing of which nothing is wrong: HAPPY WITH the service
    rights: tuple[str, ...] = ()  # behind a slot's name: its value stays: the address is STILL THE SAME
    tags: tuple[str, ...] = ()  # end a question that begins as a statement: ISN'T IT
    particulars: tuple[str, ...] = ()  # asked for in free text, no sentence is one: ADDRESS, name
    remarks: tuple[str, ...] = ()  # begin a sentence that is no particular: I DON'T KNOW, I ALREADY told you
    references: tuple[str, ...] = ()  # whole replies that only point to a value of before: THE USUAL, 老样子
    afterthoughts: tuple[str, ...] = ()  # end a correction: in store INSTEAD
    barring: tuple[str, ...] = ()  # right before an option or a day that is not meant: NO gift wrap, 不邮寄
    aversions: tuple[str, ...] = ()  # before an option or a day that does not suit: I HATE blue, I'M AWAY on Monday
    rejections: tuple[str, ...] = ()  # behind one that does not suit: Monday DOESN'T WORK, 周一不行
    complaints: tuple[str, ...] = ()  # in a question for what is wrong, where aversions tell the answer: PROBLEM
    alternatives: tuple[str, ...] = ()  # between two values of which one is meant: Monday OR Tuesday
    ranges: tuple[str, ...] = ()  # beside two values of which one is meant: BETWEEN 20 and 30
    origins: tuple[str, ...] = ()  # before what is left, or a range begins with: FROM mail to store
    goals: tuple[str, ...] = ()  # between the two: from mail TO store
    additions: tuple[str, ...] = ()  # beside options that come to those that were chosen: ADD, TOO
    qualifiers: tuple[str, ...] = ()  # before an option's words these make it another thing: the BACK door, 后门口
    proposals: tuple[str, ...] = ()  # begin a question that is an answer: CAN I have it by mail?
    lasts: tuple[str, ...] = ()  # mean the last of some options: the LAST ONE, 最后一 个
    explaining: tuple[str, ...] = ()  # beside an option that is only asked about: EXPLAIN the big service
    persons: tuple[str, ...] = ()  # in a slot's name or question: a person's name is asked for: NAME, 贵姓
    introductions: tuple[str, ...] = ()  # before a person's name: CALL ME Ann, 我叫 张伟
    selves: tuple[str, ...] = ()  # the same, but they begin other sentences, too: I'M Ann (I'm late), 我是 张伟


def serving(code: str, known: Mapping[str, Known]) -> Known | None:
    """Give what serves a locale: zh-TW what is known for itself, else for zh; nothing where neither is there."""
    found = known.get(code)
    return found if found is not None else known.get(code.partition("-")[0])


def locale_for(code: str, locales: Mapping[str, Locale]) -> Locale:
    """Give the locale that serves a code, or else the first."""
    return serving(code, locales) or next(iter(locales.values()))


def plain_words(locales: Iterable[Locale]) -> frozenset[str]:
    """Give ordinary words of some languages, folded: those of which their phrases are made.

    Chinese phrases are kept whole, since their words have no borders.
    """
    return frozenset(
        word
        for locale in locales
        for phrases in (locale.fillers, locale.copulas, locale.corrections, locale.yes, locale.no, locale.questions,
                        locale.doubts, locale.assents, locale.answers, locale.shown_by)
        for phrase in phrases
        for word in fold(phrase).split()
    )  # fmt: skip
