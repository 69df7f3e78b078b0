"""Every login store passes these tests."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import attrs
import pytest

from anilist_oauth.errors import AccessDeniedError, ConfigurationError
from anilist_oauth.storage import MemoryLoginStore, Outcome
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.protocols import CheckingLoginStore
from anilist_oauth.storage.records import Taken
from tests.storage.openers import Stores
from tests.storage.records import NOON, key, pending

SOON = 30.0  # seconds; only a broken store waits so long
CODE = digest("code")


async def test_a_login_is_found_as_it_was_added(stores: Stores) -> None:
    """Every field is the same, also in other processes, and reading changes nothing."""
    await stores.logins.add(key(), pending())
    for _ in range(2):
        assert await stores.logins.look(key()) == pending()
        assert await stores.other_logins.look(key()) == pending()


async def test_a_login_without_anything_optional_is_found(stores: Stores) -> None:
    """None stays None."""
    bare = attrs.evolve(pending(subject=None), binding_digest=None, label=None, return_to=None)
    await stores.logins.add(key(), bare)
    assert await stores.other_logins.look(key()) == bare


async def test_adding_again_changes_nothing(stores: Stores) -> None:
    """It is not counted twice, and a taken login stays taken."""
    await stores.logins.add(key(), pending())
    await stores.logins.take(key(), claim="a", code=CODE)
    await stores.logins.add(key(), pending())
    assert await stores.logins.take(key(), claim="b", code=CODE) == Taken(claim="a", code=CODE)


async def test_an_unknown_login_is_none(stores: Stores) -> None:
    """It cannot be found, taken, settled or awaited."""
    await stores.logins.settle(key(), Outcome(subject="discord:42"))
    assert await stores.logins.look(key()) is None
    assert await stores.logins.take(key(), claim="a", code=CODE) is None
    async with asyncio.timeout(SOON):
        assert await stores.logins.settled(key(), timeout=10 * SOON) is None


@pytest.mark.requirement("S3")
async def test_a_login_is_taken_once(stores: Stores) -> None:
    """Of fifty calls at once in two processes, one has it, and all get its claim and code."""
    await stores.logins.add(key(), pending())
    sides = (stores.logins, stores.other_logins)
    takes = [sides[n % 2].take(key(), claim=f"claim {n}", code=digest(f"code {n}")) for n in range(50)]
    answers = await asyncio.gather(*takes)
    assert answers[0] is not None
    assert set(answers) == {answers[0]}
    winner = int(answers[0].claim.removeprefix("claim "))
    assert answers[0].code == digest(f"code {winner}")


async def test_the_same_claim_gets_the_same_answer_again(stores: Stores) -> None:
    """The claim has the login, also when the call is repeated."""
    await stores.logins.add(key(), pending())
    for _ in range(2):
        assert await stores.logins.take(key(), claim="a", code=CODE) == Taken(claim="a", code=CODE)
        assert await stores.other_logins.take(key(), claim="b", code=digest("x")) == Taken(claim="a", code=CODE)


@pytest.fixture
def one_step(stores: Stores) -> CheckingLoginStore:
    """A store that checks and takes in one step, which is each but memory."""
    if isinstance(stores.logins, CheckingLoginStore):
        return stores.logins
    assert isinstance(stores.logins, MemoryLoginStore)
    pytest.skip("memory has no round trip to save")


FITTING: dict[str, Any] = {"client_id": "12345", "binding_digest": pending().binding_digest, "now": NOON}


@pytest.mark.requirement("S3")
async def test_a_login_that_fits_is_taken_in_one_step(stores: Stores, one_step: CheckingLoginStore) -> None:
    """The first claim has it, also when it is repeated, and others get that claim."""
    await one_step.add(key(), pending())
    taken = attrs.evolve(pending(), taken=Taken(claim="a", code=CODE))
    for claim in ("a", "a", "b"):
        assert await one_step.check_and_take(key(), claim=claim, code=CODE, **FITTING) == taken
    assert await stores.other_logins.take(key(), claim="c", code=digest("x")) == taken.taken


@pytest.mark.requirement("S3")
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "54321"},
        {"client_id": ""},
        {"binding_digest": digest("another")},
        {"binding_digest": None},
        {"now": NOON + timedelta(minutes=10)},
    ],
)
async def test_one_that_does_not_fit_is_only_read(
    stores: Stores, one_step: CheckingLoginStore, change: dict[str, Any]
) -> None:
    """It belongs to another application or browser, or expires at this moment."""
    await one_step.add(key(), pending())
    assert await one_step.check_and_take(key(), claim="a", code=CODE, **(FITTING | change)) == pending()
    assert await stores.other_logins.look(key()) == pending()


async def test_one_without_a_binding_fits_only_without_one(one_step: CheckingLoginStore) -> None:
    """A binding is refused."""
    bare = attrs.evolve(pending(subject=None), binding_digest=None)
    await one_step.add(key(), bare)
    assert await one_step.check_and_take(key(), claim="a", code=CODE, **FITTING) == bare
    found = await one_step.check_and_take(key(), claim="a", code=CODE, client_id="12345", binding_digest=None, now=NOON)
    assert found == attrs.evolve(bare, taken=Taken(claim="a", code=CODE))


async def test_an_unknown_one_is_none(stores: Stores, one_step: CheckingLoginStore) -> None:
    """So is one that was deleted."""
    arguments: dict[str, Any] = {"claim": "a", "code": CODE} | FITTING
    assert await one_step.check_and_take(key(), **arguments) is None
    await one_step.add(key(), pending())
    stores.clock.advance(timedelta(minutes=21))
    await one_step.add(key(2), pending())  # which sweeps
    assert await one_step.check_and_take(key(), **arguments) is None


async def test_a_taken_login_says_so(stores: Stores) -> None:
    """`look` returns who has taken it, even after its expiry."""
    expired = pending(expires_at=NOON - timedelta(minutes=1))
    await stores.logins.add(key(), expired)
    await stores.logins.take(key(), claim="a", code=CODE)
    assert await stores.other_logins.look(key()) == attrs.evolve(expired, taken=Taken(claim="a", code=CODE))


async def test_a_settled_login_wakes_all_who_wait(stores: Stores) -> None:
    """Waiting calls in every process get the outcome, and later ones at once."""
    await stores.logins.add(key(), pending())
    waits = [side.settled(key(), timeout=SOON) for side in (stores.logins, stores.other_logins) for _ in range(3)]
    waiting = asyncio.gather(*waits)
    await asyncio.sleep(0)
    await stores.logins.take(key(), claim="a", code=CODE)
    await stores.logins.settle(key(), Outcome(subject="discord:42"))
    assert await waiting == [Outcome(subject="discord:42")] * 6
    assert await stores.other_logins.settled(key(), timeout=0) == Outcome(subject="discord:42")


async def test_the_first_outcome_stays(stores: Stores) -> None:
    """Settling again changes nothing."""
    await stores.logins.add(key(), pending())
    await stores.logins.take(key(), claim="a", code=CODE)
    await stores.logins.settle(key(), Outcome(subject="discord:42"))
    await stores.other_logins.settle(key(), Outcome(subject="discord:43"))
    assert await stores.logins.settled(key(), timeout=SOON) == Outcome(subject="discord:42")


async def test_a_failure_comes_back_as_its_class(stores: Stores) -> None:
    """It has its text and attributes."""
    await stores.logins.add(key(), pending())
    await stores.logins.take(key(), claim="a", code=CODE)
    await stores.logins.settle(key(), Outcome(error=AccessDeniedError("no", verified=True)))
    outcome = await stores.other_logins.settled(key(), timeout=SOON)
    assert outcome is not None
    assert isinstance(outcome.error, AccessDeniedError)
    assert (str(outcome.error), outcome.error.verified) == ("no", True)


async def test_waiting_ends_at_its_timeout(stores: Stores) -> None:
    """The result is None."""
    await stores.logins.add(key(), pending())
    assert await stores.logins.settled(key(), timeout=0.01) is None


@pytest.mark.requirement("S30")
async def test_a_subject_has_twenty_unfinished_logins(stores: Stores) -> None:
    """Its oldest one is deleted, but not taken logins, and not those of others."""
    await stores.logins.add(key(100), pending("discord:1"))
    await stores.logins.add(key(101), pending(client_id="54321"))
    await stores.logins.add(key(102), pending())
    await stores.logins.take(key(102), claim="a", code=CODE)
    for number in range(20):
        await stores.logins.add(key(number), pending())
    waiting = asyncio.ensure_future(stores.logins.settled(key(0), timeout=10 * SOON))
    await asyncio.sleep(0)
    await stores.other_logins.add(key(20), pending())
    async with asyncio.timeout(SOON):
        assert await waiting is None
    assert await stores.logins.look(key(0)) is None
    for number in (*range(1, 21), 100, 101, 102):
        assert await stores.logins.look(key(number)) is not None


@pytest.mark.requirement("S30")
async def test_finished_logins_do_not_count_among_the_twenty(stores: Stores) -> None:
    """A taken login replaces none."""
    for number in range(19):
        await stores.logins.add(key(number), pending())
    await stores.logins.add(key(100), pending())
    await stores.logins.take(key(100), claim="a", code=CODE)
    await stores.logins.add(key(19), pending())
    for number in (*range(20), 100):
        assert await stores.logins.look(key(number)) is not None


async def test_sign_ins_are_not_counted_by_subject(stores: Stores) -> None:
    """Logins without a subject do not replace one another."""
    for number in range(25):
        await stores.logins.add(key(number), pending(subject=None))
    assert await stores.logins.look(key(0)) is not None


@pytest.mark.requirement("S30")
async def test_a_login_is_swept_ten_minutes_after_it_expired(stores: Stores) -> None:
    """Until then it is found, taken or not."""
    await stores.logins.add(key(1), pending())
    await stores.logins.add(key(2), pending())
    await stores.logins.take(key(2), claim="a", code=CODE)
    stores.clock.advance(timedelta(minutes=19, seconds=59))
    await stores.logins.add(key(3), pending(expires_at=stores.clock.now + timedelta(minutes=10)))
    assert await stores.logins.look(key(1)) is not None
    assert await stores.logins.look(key(2)) is not None
    stores.clock.advance(timedelta(minutes=2))
    await stores.logins.add(key(4), pending(expires_at=stores.clock.now + timedelta(minutes=10)))
    assert await stores.logins.look(key(1)) is None
    assert await stores.logins.look(key(2)) is None
    assert await stores.logins.take(key(1), claim="b", code=CODE) is None
    assert await stores.logins.look(key(3)) is not None


async def test_a_login_of_a_clock_behind_is_kept_as_well(stores: Stores) -> None:
    """The store's clock may differ from that of the session, which decides about the expiry."""
    await stores.logins.add(key(1), pending(expires_at=NOON - timedelta(days=400)))
    stores.clock.advance(timedelta(minutes=9, seconds=59))
    await stores.logins.add(key(2), pending(expires_at=NOON - timedelta(days=400)))
    assert await stores.other_logins.look(key(1)) is not None
    assert await stores.logins.take(key(1), claim="a", code=CODE) == Taken(claim="a", code=CODE)
    stores.clock.advance(timedelta(minutes=2))
    await stores.logins.add(key(3), pending(expires_at=NOON - timedelta(days=400)))
    assert await stores.logins.look(key(1)) is None


async def test_an_outcome_is_kept_for_ten_minutes(stores: Stores) -> None:
    """If a login is settled after its expiry, it is deleted ten minutes later."""
    await stores.logins.add(key(1), pending())
    await stores.logins.take(key(1), claim="a", code=CODE)
    stores.clock.advance(timedelta(minutes=11))
    await stores.logins.settle(key(1), Outcome(subject="discord:42"))
    stores.clock.advance(timedelta(minutes=9, seconds=59))
    await stores.logins.add(key(2), pending(expires_at=stores.clock.now))
    assert await stores.logins.settled(key(1), timeout=SOON) == Outcome(subject="discord:42")
    stores.clock.advance(timedelta(minutes=2))
    await stores.logins.add(key(3), pending(expires_at=stores.clock.now))
    assert await stores.logins.settled(key(1), timeout=SOON) is None


async def test_settling_early_shortens_nothing(stores: Stores) -> None:
    """A login that is settled at once is kept as long as another."""
    await stores.logins.add(key(1), pending())
    await stores.logins.take(key(1), claim="a", code=CODE)
    await stores.logins.settle(key(1), Outcome(subject="discord:42"))
    stores.clock.advance(timedelta(minutes=19, seconds=59))
    await stores.logins.add(key(2), pending(expires_at=stores.clock.now))
    assert await stores.logins.settled(key(1), timeout=SOON) == Outcome(subject="discord:42")


async def test_only_a_login_is_added(stores: Stores) -> None:
    """Anything else is refused."""
    login: Any = None
    with pytest.raises(ConfigurationError, match=r"^login: a PendingLogin is needed, not NoneType"):
        await stores.logins.add(key(), login)


@pytest.mark.parametrize("wrong", [None, 5, b"key", ["key"]])
async def test_only_text_is_a_key(stores: Stores, wrong: Any) -> None:
    """Another type is refused before a driver gets it."""
    logins = stores.logins
    calls: dict[str, list[Any]] = {
        "key": [
            logins.add(wrong, pending()),
            logins.look(wrong),
            logins.take(wrong, claim="a", code=CODE),
            logins.settle(wrong, Outcome(subject="a")),
            logins.settled(wrong, timeout=0),
        ],
        "claim": [logins.take(key(), claim=wrong, code=CODE)],
        "code": [logins.take(key(), claim="a", code=wrong)],
        "outcome": [logins.settle(key(), wrong)],
    }
    if isinstance(logins, CheckingLoginStore):
        calls["key"] += [logins.check_and_take(wrong, claim="a", code=CODE, **FITTING)]
    for name, made in calls.items():
        for call in made:
            with pytest.raises(ConfigurationError, match=rf"^{name}: .* is needed, not {type(wrong).__name__}$"):
                await call


async def test_seconds_are_a_number(stores: Stores) -> None:
    """Text and None are refused."""
    for wrong in ("1", None):
        with pytest.raises(ConfigurationError, match=r"^timeout: a number of seconds is needed"):
            await stores.logins.settled(key(), timeout=cast("float", wrong))
