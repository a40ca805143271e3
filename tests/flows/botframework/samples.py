"""Small dialogs with scripts: what actions do. With those of `samples_of_triggers`, they have all that the translator knows."""

from tests.flows.botframework.making import (
    OPENS,
    begin,
    change,
    dialog,
    each,
    make,
    number_input,
    put,
    sample,
    say,
    text_input,
    unknown,
    when,
)

TEA = ["green", "black", "white"]
ORDERED = "${dialog.foreach.index}: ${dialog.foreach.value}"

SAMPLES = [
    sample(
        "greeting, values of all kinds, and what is forgotten",
        dialog(
            begin(
                make("InitProperty", property="user.cart", type="Array"),
                make(
                    "SetProperties",
                    assignments=[{"property": "user.name", "value": "Ada"}, {"property": "$n", "value": 3}],
                ),
                put("user.address", {"street": "Main", "town": {"name": "=toUpper('york')"}}),
                put("user.address.town.code", "Y-1"),
                say(
                    "${user.name} has ${$n + 1}; ${user.address.street}, ${user.address.town.name} ${user.address.town.code}"
                ),
                make("DeleteProperty", property="user.address"),
                make("DeleteProperties", properties=["$n"]),
                make(
                    "Test.AssertCondition", condition="$n == null && !exists(user.address.street)", description="gone"
                ),
                make("TraceActivity", value="=user.name"),
                say({"type": "message", "text": "Said ${empty(user.cart)}."}),
                say("never", disabled=True),
                say("not now", disabled="=user.name == 'Ada'"),
                say("A brace: {{ user_name }} and \\${this}."),
            )
        ),
        OPENS,
        "Ada has 4; Main, YORK Y-1",
        "Said True.",
        "A brace: {{ user_name }} and ${this}.",
    ),
    sample(
        "names that are computed",
        dialog(
            begin(
                put("user.tea.green", 1),
                put("user.tea.black", 2),
                put("$kind", "black"),
                put("user.tea[$kind]", "=user.tea[$kind] + 5"),
                say("${user.tea.green} ${user.tea[$kind]} ${count(user.tea)}"),
            )
        ),
        "> hi",
        "1 7 2",
    ),
    sample(
        "lists",
        dialog(
            begin(
                put("$l", "=createArray('a', 'b')"),
                change("push", "$l", value="c"),
                change("pop", "$l", resultProperty="$last"),
                change("take", "$l", resultProperty="$first"),
                say("${$first} ${$last} ${join($l, '+')}"),
                change("push", "$l", value="=$first"),
                change("remove", "$l", value="b", resultProperty="$was"),
                say("${$was} ${$l[0]}"),
                change("clear", "$l"),
                say("${count($l)} left"),
            )
        ),
        "> hi",
        "a c b",
        "True a",
        "0 left",
    ),
    sample(
        "loops, left and gone on with",
        dialog(
            begin(
                put("$l", "=['a', 'b', 'c', 'd']"),
                each(
                    "$l",
                    when("dialog.foreach.value == 'b'", [make("ContinueLoop")]),
                    when("dialog.foreach.index == 3", [make("BreakLoop")]),
                    say(ORDERED),
                ),
                each('=json(\'{"x": 1, "y": 2}\')', say("${$k}=${$v}"), index="$k", value="$v"),
                make(
                    "ForeachPage", itemsProperty="$l", pageSize=3, actions=[say("${join(dialog.foreach.page, '')}")]
                ),
                each("$nothing", say("never")),
                say("done"),
            )
        ),
        "> hi",
        "0: a",
        "2: c",
        "x=1",
        "y=2",
        "abc",
        "d",
        "done",
    ),
    sample(
        "branches and jumps",
        dialog(
            begin(
                put("$n", 0),
                make(
                    "SwitchCondition",
                    id="top",
                    condition="$n",
                    cases=[
                        {"value": "2", "actions": [make("GotoAction", actionId="out")]},
                        {"value": "1", "actions": [say("one")]},
                    ],
                    default=[say("zero")],
                ),
                put("$n", "=$n + 1"),
                make("GotoAction", actionId="top"),
                say("never"),
                {**when("$n > 1 && !$odd", [say("out ${$n}")], [say("never")]), "id": "out"},
                when("$n < 1", [], [say("else")]),
            )
        ),
        "> hi",
        "zero",
        "one",
        "out 2",
        "else",
    ),
    sample(
        "questions of all types",
        dialog(
            unknown(
                text_input(
                    "user.name", "Name?", validations=["length(this.value) > 1"], invalidPrompt="'${this.value}'?"
                ),
                number_input("user.age", "Age?", outputFormat="=int(this.value)", unrecognizedPrompt="A number!"),
                make("ConfirmInput", property="user.ok", prompt="Sure?", unrecognizedPrompt="Yes or no?"),
                make("ConfirmInput", property="user.up", prompt="Up?", confirmChoices=["Up", {"value": "Down"}]),
                make("ChoiceInput", property="user.tea", prompt="Tea?", choices=TEA, unrecognizedPrompt="Which?"),
                make("DateTimeInput", property="user.day", prompt="When?", outputFormat="=this.value[0].value"),
                say("${user.name}, ${user.age}, ${user.ok}${user.up}, ${user.tea}, ${user.day}"),
            )
        ),
        "> hi",
        "Name?",
        "> a",
        "'a'?",
        "> Ada",
        "Age?",
        "> old",
        "A number!",
        "> I am 36.5",
        "Sure? (1) Yes or (2) No",
        "> tea",
        "Yes or no? (1) Yes or (2) No",
        "> nope",
        "Up? (1) Up or (2) Down",
        "> up",
        "Tea? (1) green, (2) black, or (3) white",
        "> coffee",
        "Which? (1) green, (2) black, or (3) white",
        "> 3",
        "When?",
        "> 1 June 2027",
        "Ada, 36, falsetrue, white, 2027-06-01",
        "> again",
        "Ada, 36, falsetrue, white, 2027-06-01",
    ),
    sample(
        "questions that give up, have an answer, or hear it in the message before",
        dialog(
            unknown(
                number_input("$a", "A?", maxTurnCount=2, defaultValue=1, defaultValueResponse="One, then."),
                number_input("$b", "B?", maxTurnCount=1),
                number_input("$c", "never", value="=4"),
                make("ChoiceInput", property="$d", prompt="D?", choices="=createArray('x', 'y')", alwaysPrompt=True),
                number_input("$e", "E?", value="=@number"),
                say("${$a} ${exists($b)} ${$c} ${$d} ${$e}"),
            )
        ),
        "> hi 17",
        "A?",
        "> no idea",
        "A?",
        "> no idea",
        "One, then.",
        "B?",
        "> no idea",
        "D? (1) x or (2) y",
        "> y",
        "1 false 4 y 17",
    ),
]
