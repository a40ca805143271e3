"""A corpus that is made: what customers write, with invented data of persons, and with numbers that are none."""

import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from string import ascii_uppercase

from tests.pii.cases import Case

_EN = """My email is [email], thanks|You can reach me at [email] or [phone]|mail: [email].|Is <[email]> the right address?
call me back on [phone] please|My phone number is [phone]|[phone]|Tel. [phone], after 5 pm|the driver should ring [phone]
I paid with [card]|my card [card] was charged twice for order [order]|card number: [card], exp 11/29|[card]
please refund to [iban]|IBAN: [iban]|my account is [iban] at the bank|Here's my SSN: [ssn]|ssn [ssn]
my national insurance number is [nino]|NINO [nino] if you need it|my Steuer-ID is [detax]|tax id [detax]|dni [dni]
Please send it to [address]|I moved, my new address is [address].|Deliver to [address] - thanks!|[address]
Where is order [order]?|order number [n10] has not arrived|tracking [n12] says delivered|tracking number [n16]
it is [date], I ordered on [date]|[amount] was charged on [date]|version [version] crashes|the ISBN is [isbn]
invoice [n9] over [amount]|serial number [n11]|my IP is [ip]|I waited [n2] days for [n2] items at [time]
ticket [n8]: the [n2] parts cost [amount]|between [date] and [date]|reference [n13]|I live on the 3rd floor, down the road
room 12 is on the way|2 weeks ago [n2] orders went to the wrong street|see you at 5 o'clock, 10 minutes drive"""
_ZH = """我的邮箱是[email]|发到[email]谢谢|邮件地址：[email]，麻烦了|我的电话是[zphone]|请打[zphone]联系我|手机[zphone]|[zphone]
用[card]付的款|银行卡号[card]被扣了两次|卡号：[card]|退到[iban]|我的账户是[iban]|身份证号[cnid]|我的身份证是[cnid]，请查一下
收货地址：[zaddress]|请寄到[zaddress]，谢谢|我搬家了，新地址是[zaddress]|把地址改成[zaddress]|我住在[zaddress]
订单[order]什么时候到|订单号[n12]还没发货|快递单号[n13]|我在[date]买了[n2]件，花了[amount]|版本[version]打不开|发票[n8]|流水号[n16]
这条路有[n2]公里|3号线到2号楼的快递柜|第[n2]个柜子[n2]号|今天[time]付的[amount]|客户编号[n9]|在路上两天了|一共[n2]元"""
_KINDS = {
    "email": "email", "phone": "phone", "zphone": "phone", "card": "card", "iban": "iban", "address": "address",
    "zaddress": "address", "ssn": "id", "nino": "id", "detax": "id", "dni": "id", "cnid": "id",
}  # fmt: skip


def make_cases(seed: int, each: int = 40) -> Iterator[Case]:
    """Fill every sentence so many times."""
    chance = random.Random(seed)
    for language, sentences in (("en", _EN), ("zh", _ZH)):
        for sentence in re.split(r"[|\n]", sentences):
            for _ in range(each):
                yield _fill(sentence, language, chance)


def _fill(sentence: str, language: str, chance: random.Random) -> Case:
    text, spans = "", []
    for at, piece in enumerate(re.split(r"\[(\w+)\]", sentence)):
        made = _value(piece, chance) if at % 2 else piece
        if at % 2 and piece in _KINDS:
            spans.append((_KINDS[piece], len(text), len(text) + len(made)))
        text += made
    return Case(text, language, tuple(spans))


def _value(name: str, chance: random.Random) -> str:
    number = re.fullmatch(r"n(\d+)", name)
    return _digits(chance, int(number[1])) if number is not None else _MAKERS[name](chance)


def _digits(chance: random.Random, count: int) -> str:
    return str(chance.randint(1, 9)) + "".join(chance.choices("0123456789", k=count - 1))


def _shaped(chance: random.Random, shape: str) -> str:
    """Fill a shape: # is a digit, % one that is not 0, ? a letter."""
    made = {"#": "0123456789", "%": "23456789", "?": ascii_uppercase}
    return "".join(chance.choice(made.get(letter, letter)) for letter in shape)


def _email(chance: random.Random) -> str:
    local = chance.choice(["mia.chen", "li_na88", "o.brien+shop", "j-doe", "x", _digits(chance, 9)])
    return f"{local}@{chance.choice(['example.com', 'mail.example.co.uk', 'qq.com', '163.com', 'EXAMPLE.de'])}"


def _card(chance: random.Random) -> str:
    body = chance.choice([("4", 16), ("51", 16), ("34", 15), ("6011", 16), ("62", 19), ("3530", 16), ("36", 14)])
    digits = body[0] + "".join(chance.choices("0123456789", k=body[1] - len(body[0]) - 1))
    digits += next(str(check) for check in range(10) if _luhn(f"{digits}{check}"))
    shape = (4, 6, 5) if len(digits) < 16 else (4, 4, 4, 4, 3)
    ends = [sum(shape[:at]) for at in range(len(shape) + 1)]
    pieces = [digits[start:end] for start, end in pairwise(ends) if digits[start:end]]
    return chance.choice(["", " ", "-"]).join(pieces)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _iban(chance: random.Random) -> str:
    country, shape = chance.choice(
        [("DE", "#" * 18), ("GB", "????" + "#" * 14), ("FR", "#" * 23), ("NL", "????" + "#" * 10)]
    )
    body = _shaped(chance, shape)
    value = int("".join(str(int(letter, 36)) for letter in f"{body}{country}00"))
    whole = f"{country}{98 - value % 97:02}{body}"
    return whole if chance.random() < 0.5 else " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _phone(chance: random.Random) -> str:
    shapes = [
        "(%##) %##-####", "%##-%##-####", "%##.%##.####", "+1 %## %## ####", "+44 20 7### ####", "020 7### ####",
        "+49 30 %#######", "030/%######", "0151 %#######", "+33 6 ## ## ## ##", "07### ######", "+91 9#### #####",
    ]  # fmt: skip
    return _shaped(chance, chance.choice(shapes))


def _chinese_phone(chance: random.Random) -> str:
    shapes = ["13#########", "186 #### ####", "+86 159########", "010-8#######", "0755-2#######", "400-8##-####"]
    return _shaped(chance, chance.choice(shapes))


def _address(chance: random.Random) -> str:
    street = chance.choice(
        ["Baker Street", "Fifth Avenue", "Old Mill Rd", "Elm St", "St. James Court", "Kings Cross Road"]
    )
    first = f"{chance.randint(1, 999)} {street}"
    unit = chance.choice(["", ", Apt 5", " Suite 210", ", Flat 3"])
    tail = chance.choice(
        ["", ", Springfield, IL 62704", ", London NW1 6XE", "\nAustin, TX 78701", ", Sydney NSW 2000"]
    )
    return first + unit + tail


def _chinese_address(chance: random.Random) -> str:
    city = chance.choice(["北京市朝阳区", "上海市浦东新区", "广东省深圳市南山区", "成都市武侯区", "海淀区", ""])
    street = chance.choice(["建国路", "中山大道", "人民南路", "天府大道北段", "长安街", "文三路"])
    tail = chance.choice(["#%号", "1%号%0#室", "%号楼%单元#0%室", "%#弄#%号", "%8号院%栋10%"])
    return city + street + _shaped(chance, tail)


def _chinese_id(chance: random.Random) -> str:
    body = f"{chance.choice(['110101', '310115', '440305'])}{chance.randint(1950, 2005)}{chance.randint(1, 12):02}"
    body += f"{chance.randint(1, 28):02}{_shaped(chance, '###')}"
    total = sum(pow(2, 17 - at, 11) * int(digit) for at, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def _german_tax_id(chance: random.Random) -> str:
    digits = chance.sample("0123456789", 9)
    digits.append(chance.choice(digits))
    chance.shuffle(digits)
    if digits[0] == "0" or "".join(digits[:2]) in {f"1{n}" for n in range(3, 10)}:
        return _german_tax_id(chance)
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return "".join(digits) + str((11 - product) % 10)


def _date(chance: random.Random) -> str:
    year, month, day = chance.randint(2001, 2029), chance.randint(1, 12), chance.randint(1, 28)
    forms = [
        f"{year}-{month:02}-{day:02}",
        f"{month}/{day}/{year}",
        f"{day:02}.{month:02}.{year}",
        f"{year}年{month}月{day}日",
    ]
    return chance.choice(forms)


def _spanish_id(chance: random.Random) -> str:
    number = chance.randint(10_000_000, 99_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "email": _email,
    "phone": _phone,
    "zphone": _chinese_phone,
    "card": _card,
    "iban": _iban,
    "address": _address,
    "zaddress": _chinese_address,
    "ssn": lambda chance: f"{chance.randint(1, 665):03}-{chance.randint(1, 99):02}-{chance.randint(1, 9999):04}",
    "nino": lambda chance: chance.choice(["AB 12 34 56 C", "JG103759A", "ce 22 31 90 d"]),
    "dni": _spanish_id,
    "detax": _german_tax_id,
    "cnid": _chinese_id,
    "order": lambda chance: _shaped(
        chance, chance.choice(["A-#####", "#%######", "ORD-2026-####", "###-#######-#######"])
    ),
    "date": _date,
    "time": lambda chance: f"{chance.randint(0, 23)}:{chance.randint(0, 59):02}",
    "amount": lambda chance: _shaped(chance, chance.choice(["$%#.##", "%.### EUR", "¥%###", "%,###.00 USD"])),
    "version": lambda chance: _shaped(chance, chance.choice(["%.##.#", "v%.#.###", "1#.#"])),
    "isbn": lambda chance: _shaped(chance, chance.choice(["978-#-###-#####-#", "978##########"])),
    "ip": lambda chance: ".".join(str(chance.randint(1, 254)) for _ in range(4)),
}
