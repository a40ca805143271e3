"""Digits with separators, and the summands of a number in words."""

from decimal import Decimal
from functools import lru_cache

Number = int | Decimal
LONGEST_DIGITS = 24
_POWERS = (10**12, 10**8, 10**4, 1000, 100)


@lru_cache(maxsize=1024)
def read_digits(text: str, decimal: str, group: str) -> Number | None:
    """Read digits with separators: as the locale writes them, else as the other half of the world does."""
    if len(text) > LONGEST_DIGITS:
        return None
    if text.isdigit():
        return int(text)
    for point, comma in ((decimal, group), (group, decimal)):
        whole, dot, rest = text.partition(point)
        if (
            comma not in rest
            and rest.isdigit()
            and _is_whole(whole, comma)
            and _is_meant(point == decimal, whole, rest)
        ):
            return Decimal(f"{whole.replace(comma, '')}.{rest}")
        if not dot and comma in text and _is_whole(text, comma):
            return int(text.replace(comma, ""))
    return None


def _is_whole(text: str, comma: str) -> bool:
    first, *groups = text.split(comma)
    return ((first.isdigit() and (not groups or len(first) <= 3)) or not text) and all(
        len(group) == 3 and group.isdigit() for group in groups
    )


def _is_meant(own: bool, whole: str, rest: str) -> bool:
    """Another country's decimal separator counts where it can be nothing else: 12,50 and 1.234,5."""
    return own or len(rest) == 2 or not whole.isdigit()


class Sum:
    """The summands of a number that is being read."""

    def __init__(self, compact: bool) -> None:
        self.parts: list[Number] = []
        self.scale: int = 0  # the last scale, 0 when something else came last
        self.last: Number | None = None  # the last plain word
        self.joined = False
        self.compact = compact
        self.run = 0  # single digits in a row: 二〇二六
        self.digits = False  # the number began with digits
        self.between = False  # 二三十, twenty or thirty: no number

    def take_word(self, value: Number) -> bool:
        """Add a cardinal; False if it begins another number."""
        if not self.parts and self.compact and value == 10:
            self.parts.append(1)
            return self.take_scale(10)
        if not self.parts or (self.scale and value < self.scale):
            self.parts.append(value)
        elif self.last is not None and is_tens(self.last) and 0 < value < 10 and not self.compact:
            self.parts[-1] += value
        elif self.compact and self.run and value < 10 and not self.joined:
            self.parts[-1] = self.parts[-1] * 10 + value
        else:
            return False
        self.run = self.run + 1 if value < 10 and not self.scale and (self.run or len(self.parts) == 1) else 0
        self.last, self.scale = value, 0
        return True

    def take_scale(self, scale: int) -> bool:
        """Multiply by a scale word; False where there is nothing to multiply."""
        if self.run == 2 and 0 < self.parts[-1] // 10 < self.parts[-1] % 10:
            self.between = True
            self.parts[-1] //= 10
        taken: list[Number] = []
        while self.parts and self.parts[-1] < scale:
            taken.append(self.parts.pop())
        if taken:
            self.parts.append(sum(taken) * scale)
        elif self.parts and (self.last is None or self.digits):
            self.parts[-1] *= scale
        else:
            return False
        self.scale, self.last, self.run, self.joined = scale, None, 0, False
        return True

    def total(self) -> Number:
        """Add up; in the compact way a last digit stands for the next smaller scale."""
        tail = self.parts[-1]
        if self.compact and not self.joined and len(self.parts) > 1 and self.last is not None and tail < 10:
            before = self.parts[-2]
            scale = next((power for power in _POWERS if before % power == 0), 10)
            if scale > 10:
                self.parts[-1] = tail * scale // 10
        return sum(self.parts)


def is_tens(value: Number) -> bool:
    return 20 <= value <= 90 and value % 10 == 0
