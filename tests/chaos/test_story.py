"""The rules of a storm notice a story that breaks one of them, and accept every other story."""

from typing import Any

import attrs
import pytest

from tests.chaos.gateway import Post
from tests.chaos.plan import Plan, Visit
from tests.chaos.story import OVERTAKEN, SLOW, Story, Told

VISIT = Visit(browser="right", brings="code", worker=0, at_once=True, leaves=False)
WRONG = attrs.evolve(VISIT, browser="wrong")
PLAN = Plan(
    number=7,
    user=7,
    subject="discord:7",
    bound=True,
    began_in=0,
    waits_in=1,
    cancels_in=None,
    visits=(VISIT, VISIT),
    token_fates=(),
    viewer_fates=(),
)
DONE = {"subject": "discord:7", "user": 42, "viewer": 42, "token_id": "abc", "issued_at": 1}
FAILED = {"error": "OutcomeUnknownError", "retryable": False}
SENT = Post("fine", answered=True)
LOST = Post("reset", answered=False)


def story(*answers: dict[str, Any], visit: Visit | None = VISIT, **changes: Any) -> Story:
    """Return the story of a login with one code: the answers to its visits, then those to waiting callers."""
    told = [Told(who=f"visit {number}", answer=answer, visit=visit, at=0) for number, answer in enumerate(answers, 1)]
    plan = attrs.evolve(PLAN, **changes)
    return Story(plan=plan, users={"code": 42}, codes={"code": "def"}, told=told)


def broken(told: Story, *posts: Post) -> list[str]:
    """Return the first words of each rule that a story breaks."""
    return [rule.partition(",")[0] for rule in told.broken_rules({"def": list(posts)})]


@pytest.mark.parametrize(
    ("told", "posts"),
    [
        (story(DONE, DONE), [SENT]),
        (story(DONE), [Post("busy", answered=True), SENT]),
        (story(FAILED, FAILED), [LOST]),
        (story(FAILED, FAILED), [Post("stall", answered=True, seconds=SLOW + 1)]),
        (story({"error": "StateMismatchError", "reason": "binding"}, visit=WRONG), []),
        (story(FAILED | {"text": OVERTAKEN}, subject="again:7"), [SENT]),
    ],
)
def test_a_correct_login_breaks_no_rule(told: Story, posts: list[Post]) -> None:
    """A shared result, a wait after a 429, a lost answer, late visits and strangers break no rule."""
    assert broken(told, *posts) == []


@pytest.mark.parametrize(
    ("seconds", "rules"), [(20, ["all are told the same", "a login fails only where something befell it"]), (90, [])]
)
def test_a_result_is_repeated_for_a_minute(seconds: float, rules: list[str]) -> None:
    """After a minute, which a slow machine may need, a late visit may be told that the login is used."""
    again = story(DONE)
    used = {"error": "StateMismatchError", "reason": "used"}
    again.told.append(Told(who="the same again", answer=used, visit=VISIT, at=seconds))
    assert broken(again, SENT) == rules


@pytest.mark.parametrize(
    ("told", "posts", "rule"),
    [
        (story({"hangs": True}), [LOST], "nothing hangs"),
        (story({"bare": "KeyError()"}), [LOST], "every failure is typed"),
        (story({"error": "StorageError", "retryable": False}), [LOST], "a store that comes back fails no call"),
        (
            story({"error": "LoginTimeoutError", "reason": "timeout"}, visit=None),
            [LOST],
            "whoever waits hears of the ending",
        ),
        (story(DONE | {"user": 43, "viewer": 43}), [SENT], "nobody gets another's token"),
        (story(DONE | {"subject": "discord:8"}), [SENT], "nobody gets another's token"),
        (story(DONE, visit=WRONG), [SENT], "a stranger learns nothing"),
        (story(DONE), [LOST, SENT], "no code is sent again once AniList may have looked at it"),
        (story(DONE), [Post("busy", answered=False), SENT], "no code is sent again once AniList may have looked at it"),
        (story(DONE, FAILED), [LOST], "all are told the same"),
        (story(DONE, DONE | {"token_id": "xyz"}), [SENT], "all are told the same"),
        (story(FAILED), [SENT], "a login fails only where something befell it"),
        (story(FAILED | {"text": OVERTAKEN}), [SENT], "a login fails only where something befell it"),
        (story({"error": "AccessDeniedError"}), [LOST], "a denied login sends no code"),
    ],
)
def test_a_broken_rule_is_noticed(told: Story, posts: list[Post], rule: str) -> None:
    """Each story is correct except for one thing, and the broken rule is named."""
    assert broken(told, *posts) == [rule]


def test_the_same_seed_draws_the_same_plans() -> None:
    """A failure can be repeated with its seed."""
    plans = [[Plan.of(seed, number, workers=3) for number in range(50)] for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
