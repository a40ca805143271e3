"""Which reader reads which shape of `language`."""

from botkit.flows import questions, sections, speeches, steps, values
from botkit.flows.contexts import Parser

PARSERS: dict[str, Parser] = {
    **values.PARSERS,
    **speeches.PARSERS,
    **questions.PARSERS,
    **steps.PARSERS,
    **sections.PARSERS,
}
