"""Who a customer is, and for how long that holds."""

from typing import Any

import pytest

from botkit.model.identity import as_seen, is_verified, learned

NOW, HOUR = 1_000.0, 3_600.0


def learn(known: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return learned(known, facts, by="flow", now=NOW, lasts=HOUR)


@pytest.mark.parametrize(
    ("facts", "by", "until"),
    [
        ({"verified": True}, "flow", NOW + HOUR),
        ({"verified": "site"}, "site", NOW + HOUR),
        ({"verified": True, "verified_until": NOW + 60}, "flow", NOW + 60),
        ({"verified": "site", "verified_until": NOW + 10 * HOUR}, "site", NOW + HOUR),
        ({"verified": "site", "verified_until": float("nan")}, "site", NOW + HOUR),
        ({"verified": "site", "verified_until": float("inf")}, "site", NOW + HOUR),
        ({"verified": "site", "verified_until": "later"}, "site", NOW + HOUR),
        ({"verified": "site", "verified_until": 10**400}, "site", NOW + HOUR),
    ],
)
def test_it_holds_for_a_time(facts: dict[str, Any], by: str, until: float) -> None:
    known = learn({}, id="1", **facts)
    assert (known["verified_by"], known["verified_until"]) == (by, until)
    assert "verified" not in known
    assert is_verified(known, until - 1)
    assert not is_verified(known, until)


@pytest.mark.parametrize(
    "facts", [{"verified_by": "flow", "verified_until": 9e9}, {"verified_until": 9e9}, {"name": "x"}]
)
def test_nothing_else_verifies(facts: dict[str, Any]) -> None:
    assert not is_verified(learn({}, id="1", **facts), NOW)


@pytest.mark.parametrize("until", [float("-inf"), -(10**400), -1, 0, NOW])
def test_what_is_over_already_does_not_hold(until: float) -> None:
    assert not is_verified(learn({}, id="1", verified=True, verified_until=until), NOW)


NOT_TRUE = [False, "", None, "no", "true", "somebody", 0, 1, 2.5, [], ["site"], {"by": "site"}, "SITE", "site "]


@pytest.mark.parametrize("said", NOT_TRUE, ids=repr)
def test_only_true_or_the_site_verifies(said: Any) -> None:
    assert not is_verified(learn({}, id="1", verified=said), NOW)


@pytest.mark.parametrize("taken_back", NOT_TRUE, ids=repr)
def test_it_is_taken_back(taken_back: Any) -> None:
    known = learn(learn({}, id="1", verified=True), verified=taken_back)
    assert (known, is_verified(known, NOW)) == ({"id": "1"}, False)


def test_somebody_else_has_nothing_of_who_came_before() -> None:
    known = learn({"platform": {"user": 7}, "opted_out": True}, id="1", tier="gold", email="a@x.org", verified=True)
    other = learn(known, id="2")
    assert other == {"platform": {"user": 7}, "opted_out": True, "id": "2"}
    assert not is_verified(other, NOW)
    assert learn(known, id="1", tier="silver")["email"] == "a@x.org"
    assert is_verified(learn(known, id="1"), NOW)


def test_it_is_not_sure_who_is_named_after_it_was_made_sure() -> None:
    known = learn({}, verified=True, tier="gold")
    assert learn(known, id="ann") == {"id": "ann", "tier": "gold"}
    assert is_verified(learn(known, id="ann", verified=True), NOW)
    assert is_verified(learn(known, tier="silver"), NOW)
    assert is_verified(learn(known, id=None), NOW)


@pytest.mark.parametrize(
    ("customer", "identified"),
    [
        ({}, "anonymous"),
        ({"name": "Ann"}, "anonymous"),
        ({"platform": {"user": 7}}, "channel"),
        ({"platform": {"user": 7}, "id": "1"}, "claimed"),
        ({"id": "1", "verified_by": "flow", "verified_until": NOW + 1}, "flow"),
        ({"id": "1", "verified_by": "site", "verified_until": NOW + 1}, "site"),
        ({"id": "1", "verified_by": "site", "verified_until": NOW}, "claimed"),
        ({"id": "1", "verified_by": "", "verified_until": NOW + 1}, "claimed"),
        ({"id": "1", "verified_by": "site", "verified_until": "x"}, "claimed"),
    ],
)
def test_how_flows_see_it(customer: dict[str, Any], identified: str) -> None:
    seen = as_seen(customer, NOW)
    assert (seen["identified"], seen["verified"]) == (identified, identified in ("flow", "site"))
