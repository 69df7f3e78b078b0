"""The suite that is shipped, over every adapter of this package."""

from anilist_oauth.web.conformance import suite

globals().update(suite())


def test_the_suite_is_whole() -> None:
    """It holds what every adapter promises, under names that differ, and says what each test promises."""
    tests = suite()
    assert len(tests) >= 50
    assert all(test.__doc__ for test in tests.values())
    assert all(globals()[name].__doc__ == test.__doc__ for name, test in tests.items())
