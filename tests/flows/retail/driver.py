"""The driver: plays any case with a bot as a customer would.

It knows no flow, step or slot of the bot, and no case. It reads the last reply and its buttons, finds out what is
asked by the words of the question, and answers with what the customer knows and wants.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botkit.model.words import fold
from tests.flows.retail.cases import Case, Request
from tests.flows.retail.customers import Customer
from tests.flows.retail.talks import Talk
from tests.flows.retail.wordings import OPENINGS, REASONS, SAYS

MOST_TURNS = 40  # of one request
MOST_REPEATS = 3  # of one question; then the customer gives up
ORDER_NUMBER = re.compile(r"#W\d{7}")
PAYMENT = re.compile(r"PayPal|(?<=ending in )\d{4}|(?<=尾号 )\d{4}")
ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|“[^“”]*”")
EVERYTHING = re.compile(r"everything\?|就这些吗")
YES_OR_NO = (["yes", "no"], ["是", "否"])
SUBJECTS = {
    "cancel_pending_order": r"cancel|取消",
    "modify_pending_order_address": r"delivery address|收货地址",
    "modify_pending_order_items": r"chang\w+ the items|订单商品|改商品",
    "modify_pending_order_payment": r"payment|付款",
    "modify_user_address": r"default address|change my address|默认地址",
    "return_delivered_order_items": r"return|退货",
    "exchange_delivered_order_items": r"exchange|换货",
    "get_order_details": r"looking up|where is my order|查询|查订单",
}


@dataclass
class Wish:
    """A request on its way: what has been said of it."""

    request: Request
    items: list[str] = field(default_factory=list)
    """Items that were not named yet."""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Items, and what they are to be replaced by, that were not spoken about yet."""
    last: str = ""
    openings: int = 0
    offers: int = 0
    address: bool = False
    asked: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> "Wish":
        """Begin a request."""
        items = list(request.arguments.get("item_ids", ()))
        new = request.arguments.get("new_item_ids", ())
        return cls(request, list(dict.fromkeys(items)), list(zip(items, new, strict=True)) if new else [])


Answer = Callable[["Driver"], str | None]


class Driver:
    """A customer at the keyboard."""

    def __init__(self, case: Case, talk: Talk, number: int = 0) -> None:
        self.case = case
        self.customer = Customer.of(case)
        self.talk = talk
        self.number = number
        self.lines: list[tuple[str, str]] = []
        self.rephrased = 0
        self.stuck = ""  # why a request was given up, where the bot would have gone on for ever
        self.wish = Wish(case.requests[0])
        self.text = ""
        self.labels: list[str] = []

    def play(self) -> None:
        """Play the whole case."""
        self._hear(self.talk.open())
        for request in self.case.requests:
            self._ask_for(Wish.of(request))
        reply = self._say(self._word("done"))
        if [button["label"] for button in reply["buttons"]] == ["1", "2", "3", "4", "5"]:
            self._say("5")

    def _word(self, key: str) -> str:
        return SAYS[key][self.case.locale]

    def _say(self, text: str) -> dict[str, Any]:
        self.lines.append(("customer", text))
        return self._hear(self.talk.say(text))

    def _hear(self, turn: Mapping[str, Any] | None) -> dict[str, Any]:
        replies = turn["replies"] if turn is not None else []
        self.lines.extend(("bot", reply["text"]) for reply in replies)
        return replies[-1] if replies else {"text": "", "buttons": []}

    def _ask_for(self, wish: Wish) -> None:
        reply = self._say(self._opening(wish))
        for _ in range(MOST_TURNS):
            labels = [button["label"] for button in reply["buttons"]]
            answer = self._answer(wish, reply["text"], labels)
            if answer is None:
                return
            times = wish.asked[reply["text"]] = wish.asked.get(reply["text"], 0) + 1
            if times > MOST_REPEATS:
                self._say(self._word("stop"))
                return
            reply = self._say(answer)
        self.stuck = f"no end after {MOST_TURNS} turns of {wish.request.function}"
        self._say(self._word("stop"))

    def _opening(self, wish: Wish) -> str:
        wordings = OPENINGS[wish.request.function][self.case.locale]
        chosen = wordings[(self.number + 3 * wish.openings) % len(wordings)]
        wish.openings += 1
        return chosen.format(order=wish.request.arguments.get("order_id", ""))

    def _answer(self, wish: Wish, text: str, labels: list[str]) -> str | None:
        """Give the answer to what the bot asks; None where it asks for nothing more of this request."""
        self.wish, self.text, self.labels = wish, text, labels
        question = ASIDE.sub("", text)
        if [fold(label) for label in labels] in YES_OR_NO:
            return self.say_everything() if EVERYTHING.search(question) else self.agree()
        for pattern, answer in RULES:
            if pattern.search(question):
                return answer(self)
        return self.take_offer()

    def take_offer(self) -> str | None:
        """Press a button that offers what is wanted, once."""
        subject = re.compile(SUBJECTS[self.wish.request.function], re.IGNORECASE)
        offered = next((label for label in self.labels if subject.search(label)), None)
        self.wish.offers += 1
        return offered if self.wish.offers == 1 else None

    # --- the answers ------------------------------------------------------------------------------

    def rephrase(self) -> str | None:
        """Say it in other words."""
        self.rephrased += 1
        return self._opening(self.wish) if self.wish.openings < 4 else None

    def choose_subject(self) -> str | None:
        """Choose what it is about, or which of several things is meant."""
        fitting = [label for label in self.labels if self._meant(label)]
        if fitting:
            return fitting[0]
        subject = re.compile(SUBJECTS[self.wish.request.function], re.IGNORECASE)
        return next((label for label in self.labels if subject.search(label)), None)

    def _meant(self, label: str) -> bool:
        items = (
            *self.wish.request.arguments.get("item_ids", ()),
            *self.wish.request.arguments.get("new_item_ids", ()),
        )
        exact = [item for item in items if item in label]
        return bool(exact) or any(self.customer.is_named(item, label) for item in items)

    def say_email(self) -> str:
        """Give the e-mail address, or say that it has to go without."""
        if self.case.by_email:
            return str(self.customer.user["email"])
        other = (label for label in self.labels if re.search(r"name|姓名", label, re.IGNORECASE))
        return next(other, self._word("no e-mail"))

    def say_name(self) -> str:
        """Give the whole name."""
        return self.customer.name

    def say_zip(self) -> str:
        """Give the zip code of the new address, once that is spoken about, or one's own."""
        wanted = self.wish.request.arguments.get("zip") if self.wish.address else None
        return str(wanted or self.customer.user["address"]["zip"])

    def say_order(self) -> str:
        """Give the order's number."""
        return str(self.wish.request.arguments["order_id"])

    def say_reason(self) -> str:
        """Give the reason for cancelling."""
        wordings = REASONS[self.wish.request.arguments["reason"]][self.case.locale]
        return wordings[self.number % len(wordings)]

    def say_items(self) -> str:
        """Name the items: up to two at once, more of them one after another."""
        wanted = self.wish.items or list(dict.fromkeys(self.wish.request.arguments["item_ids"]))
        now = wanted if len(wanted) <= 2 else wanted[:1]
        self.wish.items = [item for item in wanted if item not in now]
        return ("和" if self.case.locale == "zh" else " and ").join(self.customer.item(item) for item in now)

    def say_everything(self) -> str:
        """Say that these are all items, or name the next one."""
        if not self.wish.items:
            return self._word("yes")
        return self.customer.item(self.wish.items.pop(0))

    def say_count(self) -> str:
        """Say how many of two equal items it is about."""
        items = list(self.wish.request.arguments["item_ids"])
        item = next((item for item in items if self.customer.is_named(item, self.text)), items[0])
        return str(items.count(item))

    def say_version(self) -> str:
        """Say what the item that the bot speaks about is to be replaced by."""
        pair = next((pair for pair in self.wish.pairs if self.customer.is_named(pair[0], self.text)), None)
        if pair is None:
            return self.wish.last
        self.wish.pairs.remove(pair)
        self.wish.last = self.customer.version(pair[1])
        return self.wish.last

    def choose_version(self) -> str:
        """Choose among versions that look alike, by the id if need be."""
        wanted = list(self.wish.request.arguments.get("new_item_ids", ()))
        by_id = [label for label in self.labels if any(item in label for item in wanted)]
        fitting = [label for label in self.labels if any(self.customer.fits(item, label) for item in wanted)]
        return (by_id or fitting or [self._word("stop")])[0]

    def say_payment(self) -> str:
        """Name the payment method."""
        return self.customer.payment(self.wish.request.arguments["payment_method_id"], self.labels)

    def choose_address(self) -> str:
        """Take the address on file if it is the one, or another."""
        own = self.customer.user["address"]
        same = all(own[name] == self.wish.request.arguments[name] for name in own)
        return next(label for label in self.labels if bool(re.search(r"account|账户", label)) == same)

    def say_street(self) -> str:
        """Give the first line of the new address."""
        self.wish.address = True
        return str(self.wish.request.arguments["address1"])

    def say_unit(self) -> str:
        """Give the second line, if there is one."""
        return str(self.wish.request.arguments["address2"]) or self.labels[0]

    def say_state(self) -> str:
        """Give the state."""
        return str(self.wish.request.arguments["state"]) or self.labels[0]

    def say_city(self) -> str:
        """Give the city."""
        return str(self.wish.request.arguments["city"])

    def say_country(self) -> str:
        """Give the country."""
        return str(self.wish.request.arguments["country"])

    def _pays_otherwise(self) -> bool:
        """Tell whether the bot names payment methods, and not the one that is wanted."""
        shown = PAYMENT.findall(self.text)
        wanted = self.wish.request.arguments.get("payment_method_id")
        return bool(shown and wanted) and not any(mark in self.customer.payment(str(wanted), []) for mark in shown)

    def agree(self) -> str:
        """Say yes, unless it is about another order or another payment method."""
        if self._pays_otherwise():
            return self._word("no")
        wanted = self.wish.request.arguments.get("order_id")
        numbers = ORDER_NUMBER.findall(self.text)
        return str(wanted) if wanted and numbers and wanted not in numbers else self._word("yes")

    def stop(self) -> None:
        """There is nothing more to say: the bot asks what else, or hands over."""


def _rules(*rules: tuple[str, Answer]) -> tuple[tuple[re.Pattern[str], Answer], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), answer) for pattern, answer in rules)


RULES = _rules(
    (r"anything else|还有.*帮|还有.*(?:问题|需要)|其他需要|talk to a person\?|转人工客服？", Driver.stop),
    (r"didn't get that|don't understand|没太明白|没明白|没能理解", Driver.rephrase),
    (r"which of these|which do you mean|which one of|哪一项|哪一件|想办理的", Driver.choose_subject),
    (r"versions? fit|符合的?有.*款", Driver.choose_version),
    (r"how many|几件？", Driver.say_count),
    (r"付款方式.*换成哪|换成哪.*付款", Driver.say_payment),
    (r"which version|换成哪一?[款种个]", Driver.say_version),
    (r"which items|哪[些件几].{0,2}商品", Driver.say_items),
    (r"which order|哪个订单", Driver.say_order),
    (r"\bwhy\b|which is it|原因|哪一种？$", Driver.say_reason),
    (r"how would you like to pay|where shall (it|the money) go|which payment method", Driver.say_payment),
    (r"what shall i use instead|choose another way", Driver.say_payment),
    (r"方式支付？|退到哪里|选.*付款方式|换一种方式", Driver.say_payment),
    (r"e-mail address that|your e-mail|(?:提供|告诉|发|使用|用).*邮箱|邮箱(?:是.*)?？$", Driver.say_email),
    (r"full name|first and last name|您的姓名|您.*(?:叫什么|贵姓)", Driver.say_name),
    (r"address in your account|账户里的地址", Driver.choose_address),
    (r"zip code\?|邮编是", Driver.say_zip),
    (r"street and house number\?|街道和门牌号是|新地址是", Driver.say_street),
    (r"apartment, suite|单元", Driver.say_unit),
    (r"which city|哪个城市", Driver.say_city),
    (r"which state|哪个省", Driver.say_state),
    (r"which country|哪个国家", Driver.say_country),
)
