"""The checks that go beyond the schema: what a bot's definitions say, taken together.

Each module finds the problems of one theme. All of them are linear in the size of the bot, or nearly, and none
recurses on what an operator wrote: ten thousand steps are checked within a second.
"""

from botkit.errors import Problem
from botkit.flows.checks.arguments import check_arguments
from botkit.flows.checks.channels import check_channels
from botkit.flows.checks.comparisons import check_comparisons
from botkit.flows.checks.examples import check_examples
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.names import check_names
from botkit.flows.checks.paths import check_paths
from botkit.flows.checks.patterns import check_patterns
from botkit.flows.checks.references import check_references
from botkit.flows.checks.survey import Survey
from botkit.flows.checks.texts import check_texts
from botkit.flows.checks.unused import check_unused
from botkit.flows.checks.writes import check_writes
from botkit.model.flowset import FlowSet

__all__ = ["check"]

CHECKS = (
    check_references,
    check_arguments,
    check_names,
    check_comparisons,
    check_paths,
    check_writes,
    check_examples,
    check_texts,
    check_patterns,
    check_channels,
    check_unused,
)


def check(flowset: FlowSet) -> list[Problem]:
    """Find what is wrong or unwise in a bot that was read without problems; sorted by place, each once.

    The flows that come with botkit (`builtin`) are followed but not judged. References to blocks (`Step.next`,
    `If.then`, ...) must hold, as the parser leaves them.
    """
    survey, found = Survey(flowset), Findings()
    for look in CHECKS:
        look(survey, found)
    return sorted(dict.fromkeys(found.problems), key=lambda problem: (problem.place, problem.code, problem.message))
