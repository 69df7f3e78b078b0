"""What happened to one login, and the rules that it must not break."""

from collections.abc import Iterator
from typing import Any

import attrs

from tests.chaos.gateway import HARMLESS, Post
from tests.chaos.plan import Plan, Visit

OVERTAKEN = "a newer login of this subject was finished meanwhile"
REPEATED = 40.0  # seconds after the end in which a result must be repeated; the store keeps it a minute from the take
SLOW = 1.0  # seconds; an undisturbed answer that takes longer may come too late for its sender


@attrs.frozen(kw_only=True)
class Told:
    """One answer that a browser or a waiting caller got about a login.

    Attributes:
        who: Who got it, such as ``visit 1``.
        answer: The worker's answer.
        visit: The visit that got it, or None for a waiting caller.
        at: Seconds since the storm began.
    """

    who: str
    answer: dict[str, Any]
    visit: Visit | None
    at: float

    @property
    def success(self) -> bool:
        """Whether it succeeded."""
        return "user" in self.answer


@attrs.define(kw_only=True)
class Story:
    """One login, from its plan to every answer about it.

    Attributes:
        plan: What was to happen.
        users: The ids of the users who approved it, by `Visit.brings`.
        codes: The codes, by `Visit.brings`.
        callbacks: The addresses of the callbacks, by `Visit.brings`.
        told: The answers, oldest first.
        shaken: What happened to processes and network meanwhile, which may explain a failure.
        lines: The whole story as text, to find out why a rule was broken.
    """

    plan: Plan
    users: dict[str, int] = attrs.field(factory=dict)
    codes: dict[str, str] = attrs.field(factory=dict)
    callbacks: dict[str, str] = attrs.field(factory=dict)
    told: list[Told] = attrs.field(factory=list)
    shaken: list[str] = attrs.field(factory=list)
    lines: list[str] = attrs.field(factory=list)

    def broken_rules(self, posts: dict[str, list[Post]]) -> Iterator[str]:
        """Return each broken rule, in words."""
        yield from self._odd_answers()
        yield from self._wrong_people()
        yield from self._repeated_codes(posts)
        yield from self._different_tellings()
        yield from self._failures_without_a_cause(posts)

    @property
    def final(self) -> list[Told]:
        """The answers about the end of the login, without those of other people's browsers."""
        return [told for told in self.told if not self._is_stranger(told) and not self._is_other_answer(told)]

    def _is_stranger(self, told: Told) -> bool:
        return told.visit is not None and not self.plan.knows(told.visit)

    def _is_other_answer(self, told: Told) -> bool:
        """Tell whether a visit was only told that something else had ended the login."""
        if told.visit is None or told.answer.get("reason") != "used":
            return False
        if told.at - min(other.at for other in self.told) > REPEATED:
            return True
        kinds = {visit.brings == "denial" for visit in self.plan.visits}
        return not self.plan.bound or len(kinds) > 1 or self.plan.cancels_in is not None

    def _is_overtaken(self, told: Told) -> bool:
        """Tell whether another login of the subject ended first, and its newer token is kept."""
        return self.plan.again and str(told.answer.get("text")).startswith(OVERTAKEN)

    def _essence(self, told: Told) -> tuple[Any, ...]:
        """Return what must be the same in every answer: the token, or the kind of failure."""
        answer = told.answer
        if told.success:
            return answer["subject"], answer["user"], None if self.plan.again else answer["token_id"]
        return answer.get("error"), answer.get("reason")

    def _odd_answers(self) -> Iterator[str]:
        for told in self.told:
            if "hangs" in told.answer:
                yield f"nothing hangs, but {told.who} had no answer"
            elif "bare" in told.answer:
                yield f"every failure is typed, but {told.who} was told {told.answer['bare']}"
            elif not self.plan.visits and told.answer.get("retryable"):
                continue  # the store failed when a short wait ended, so the state of the login is unknown
            elif told.answer.get("error") == "StorageError" and "a frozen worker" not in self.shaken:
                yield f"a store that comes back fails no call, but {told.who} was told of it"
            elif told.answer.get("reason") == "timeout" and self.plan.visits:
                yield f"whoever waits hears of the ending, but {told.who} did not"
            elif told.answer.get("retryable"):
                yield f"what may be repeated is over within seconds, but not for {told.who}"

    def _wrong_people(self) -> Iterator[str]:
        users = set(self.users.values())
        for told in self.told:
            if self._is_stranger(told):
                if told.answer.get("reason") not in {"binding", "used"}:
                    yield f"a stranger learns nothing, but {told.who} did"
            elif told.success:
                user = told.answer["user"]
                subject = self.plan.subject or f"anilist:{user}"
                if user not in users or told.answer["viewer"] != user or told.answer["subject"] != subject:
                    yield f"nobody gets another's token, but {told.who} did"

    def _repeated_codes(self, posts: dict[str, list[Post]]) -> Iterator[str]:
        sent = {what: posts[code] for what, code in self.codes.items() if posts.get(code)}
        for what, times in sent.items():
            if any(post.fate != "busy" or not post.answered for post in times[:-1]):
                yield f"no code is sent again once AniList may have looked at it, but the {what} was: {times}"
        if len(sent) > 1:
            yield f"one code of a login is sent, but {sorted(sent)} were"
        if sent and any(told.answer.get("error") == "AccessDeniedError" for told in self.told):
            yield "a denied login sends no code"

    def _different_tellings(self) -> Iterator[str]:
        essences = {self._essence(told) for told in self.final}
        if len(essences) > 1 and not (
            "a frozen worker" in self.shaken and not any(told.success for told in self.final)
        ):
            yield f"all are told the same, but here {sorted(map(str, essences))}"

    def _failures_without_a_cause(self, posts: dict[str, list[Post]]) -> Iterator[str]:
        failures = [told for told in self.final if not told.success and not self._is_overtaken(told)]
        sent = [post for code in self.codes.values() for post in posts.get(code, [])]
        spoiled = any(post.fate not in HARMLESS or not post.answered or post.seconds > SLOW for post in sent)
        wished = any(visit.brings == "denial" for visit in self.plan.visits) or self.plan.cancels_in is not None
        if failures and self.plan.visits and not (spoiled or wished or self.shaken):
            yield f"a login fails only where something befell it, but here {self._essence(failures[0])}"
