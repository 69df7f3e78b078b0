"""The tests for adapters pass with every adapter of this package."""

from anilist_oauth.web.conformance import suite

globals().update(suite())


def test_the_suite_is_complete() -> None:
    """The suite contains every test under a unique name, and each has a docstring."""
    tests = suite()
    assert len(tests) >= 50
    assert all(test.__doc__ for test in tests.values())
    assert all(globals()[name].__doc__ == test.__doc__ for name, test in tests.items())
