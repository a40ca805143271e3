"""The calculator: arithmetic and nothing else."""

import pytest

from botkit.errors import ActionError
from botkit_shop.arithmetic import calculate


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2 + 2", "4.0"),
        ("7", "7.0"),
        ("10 - 4 - 3", "3.0"),
        ("2 + 3 * 4", "14.0"),
        ("(2 + 3) * 4", "20.0"),
        ("8 / 4 / 2", "1.0"),
        ("1 / 3", "0.33"),
        ("2 / 3", "0.67"),
        ("0.125 * 1", "0.12"),
        ("2.675 * 1", "2.67"),
        ("-5 + 3", "-2.0"),
        ("--5", "5.0"),
        ("+5 - -5", "10.0"),
        ("2 * -3", "-6.0"),
        (".5 + 1.", "1.5"),
        ("499.99+120.05 - (30.1*2)", "559.84"),
        ("  ( ( 1 ) )  ", "1.0"),
        ("9007199254740993 - 9007199254740992", "1.0"),
        ("１２ ＋ ３", "15.0"),
        ("（1+2）×3÷9", "1.0"),
        ("0 * -1", "0.0"),
    ],
)
def test_results(expression: str, result: str) -> None:
    assert calculate(expression) == result


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "   ",
        "2 +",
        "* 2",
        "2 2",
        "2(3)",
        "()",
        "(1",
        "1)",
        "1..2",
        ".",
        "2 ** 3",
        "7 // 2",
        "5 % 2",
        "1e5",
        "0x10",
        "1_000",
        "1,000",
        "1/0",
        "1/(2-2)",
        "a + 1",
        "__import__('os').system('true')",
        "().__class__",
        "'a'*9",
        "9" * 501,
        "(" * 400,
        "-" * 200 + "1",
        "9" * 400 + "*" + "9." + "9" * 90,
        "9" * 490,
        "; DROP TABLE users",
        "二加二",
        "٣ + ٣",
        "1\x00",
        None,
        12,
        ["1"],
    ],
)
def test_everything_else_is_refused(expression: object) -> None:
    with pytest.raises(ActionError) as caught:
        calculate(expression)
    assert caught.value.error == "bad_expression"
