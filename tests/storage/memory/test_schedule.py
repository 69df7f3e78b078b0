"""Keys by the time at which they are due."""

from anilist_oauth.storage.memory.schedule import Schedule

SECOND = 1_000_000


def test_keys_come_out_when_their_second_has_begun() -> None:
    """Each once, the earliest seconds first."""
    schedule = Schedule()
    for key, at in (("c", 3 * SECOND), ("a", SECOND), ("b", 2 * SECOND + 7), ("a2", SECOND + 1)):
        schedule.add(key, at)
    assert schedule.due(SECOND - 1) == []
    assert schedule.due(2 * SECOND) == ["a", "a2", "b"]
    assert schedule.due(None) == ["c"]
    assert schedule.due(None) == []


def test_few_come_out_at_once() -> None:
    """However many are due, so that nobody waits for the sweeping of others' logins."""
    schedule = Schedule()
    for number in range(150):
        schedule.add(str(number), number // 100 * SECOND)
    handed = [schedule.due(None) for _ in range(4)]
    assert [len(keys) for keys in handed] == [64, 64, 22, 0]
    assert len(set().union(*handed)) == 150


def test_a_key_is_struck_off() -> None:
    """At its own time only; one that is not there is passed over."""
    schedule = Schedule()
    schedule.add("a", SECOND)
    schedule.remove("a", 2 * SECOND)
    schedule.remove("b", SECOND)
    schedule.remove("a", SECOND)
    schedule.add("c", SECOND)
    assert schedule.due(None) == ["c"]
