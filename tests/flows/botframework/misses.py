"""What does not play, and why: each miss has its reason here."""

from tests.flows.botframework.expressions import MissingError

CONSTRUCTS = {
    "the action": "actions in code or over the network are plugins, which no dialog can bring along",
    "the trigger": "a customer writes, presses or opens a chat; other activities are not a bot's business",
    "the recognizer": "intents come from examples, or from a classifier; of foreign ones, only patterns can be tried",
    "a property whose name is computed": "a slot's name is written out, so that the check knows it",
    "what a message has beside its text": "a message is its text and files; what a platform adds stays in its connector",
    "entities that a recognizer found": "a value is heard by the ask of its slot, not read by a name",
    "what a recognizer found": "a flow does not see how its message was recognised",
    "a condition on the intent of the message": "the same",
    "the result of the last action": "a result has a name: save",
    "the words for yes and no that are computed": "a button's label may be, but a yes is a yes in every locale",
    "the dialog": "it stands in a file that is not there",
    "a dialog whose name is computed": "run names its flow, so that the check knows it",
    "the function": "expressions have filters, and nothing to call; or it is a template of a file that is not there",
    "a template of another file": "it is not there",
    "a reply with": "what a platform's own messages carry is its connector's",
    "a message that carries data": "the same",
    "emitting the engine's own event": "a flow cannot send itself a message",
    "options that are computed": "a called flow's slots are written out, so that the check knows them",
    "a mapping that is written both as a whole and in part": "a slot is set as a whole",
    "a dialog that nothing starts": "no customer could reach it",
    "the memory scope": "what an engine tells of itself is not the customer's business",
    "the regular expression": "it is none to Python",
    "the operator": "powers are refused, since they are large in no time",
    "going to": "Bot Framework fails there as well",
    "leaving a loop from outside of it": "Bot Framework fails there as well",
    "an event whose name is computed": "run names its flow, so that the check knows it",
    "the change": "Bot Framework has no other changes of a list",
    "a page's size that is computed": "the translator writes it into the loop",
    "a number of turns that is computed": "retry is a list that is written out",
    "a part of something computed": "the translator reads parts of names only",
    "select() of more": "map picks an attribute, and computes nothing",
    "where() of more": "select compares with a value, and computes nothing",
    "json() of": "texts are never read as data",
    "the index of a choice": "an answer is an option's value",
    "two triggers of one kind": "an event has one flow",
    "choosing among triggers by chance or by their past": "the same message gives the same turn",
    "a priority that is computed": "the order of flows is that of the files",
    "a script's": "what only a test bench can do",
    "an assertion of the kind": "a reply is its text and what is shown with it",
    "repeating a dialog from a trigger of it": "a flow does not begin the one anew that it interrupted",
}
"""What botkit's language has no place for, by the first words of its name, and why."""

DIFFERENCES = {
    "AdaptiveDialog_AllowInterruptionAlwaysWithFailedValidation": "what fits the open question strictly goes before intents",
    "AdaptiveDialog_ReProcessInputPropertyValidOnlyOnce": "what fits the open question strictly goes before intents",
}
"""Scripts that are said in another way, and why."""


def reason_of(name: str, error: Exception) -> str:
    """Give the listed reason for a miss; nothing if there is none."""
    if isinstance(error, MissingError):
        return next((why for first, why in CONSTRUCTS.items() if str(error).startswith(first)), "")
    return DIFFERENCES.get(name, "")
