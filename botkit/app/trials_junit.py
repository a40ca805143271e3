"""Outcomes of conversation tests as JUnit XML, which CI systems read."""

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from botkit.app.trials import Outcome

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(outcomes: Sequence[Outcome]) -> bytes:
    """Give the report: a suite for each file of tests."""
    root = Element("testsuites", _totals(outcomes))
    for file, several in groupby(outcomes, key=lambda outcome: outcome.trial.place.file):
        of_file = list(several)
        suite = SubElement(root, "testsuite", {"name": _clean(file), **_totals(of_file)})
        for outcome in of_file:
            _write_case(suite, outcome)
    indent(root)
    report: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return report


def _totals(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)),
        "failures": str(sum(not outcome.passed for outcome in outcomes)),
        "errors": "0",
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }


def _write_case(suite: Element, outcome: Outcome) -> None:
    place = outcome.trial.place
    names = {"name": _clean(outcome.trial.name), "classname": _clean(place.file), "file": _clean(place.file)}
    case = SubElement(suite, "testcase", {**names, "line": str(place.line), "time": f"{outcome.seconds:.3f}"})
    if outcome.passed:
        return
    failure = SubElement(case, "failure", {"message": _clean(outcome.complaints[0].message)})
    talk = [f"{line.who}: {line.text}" for line in outcome.transcript]
    complaints = [f"{complaint.place}: {complaint.message}" for complaint in outcome.complaints]
    failure.text = _clean("\n".join([*complaints, "", *talk]))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("�", text)
