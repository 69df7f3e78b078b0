"""A person's visit, told from a program's."""

import pytest

from anilist_oauth.html_page.browser_headers import is_navigation, is_prefetch


@pytest.mark.requirement("S25")
@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
@pytest.mark.parametrize("value", ["prefetch", "prefetch;prerender", "preview"])
def test_a_browser_that_looks_ahead_is_nobody(name: str, value: str) -> None:
    """Each browser has its own header for it."""
    assert is_prefetch({name: value})
    assert not is_navigation({name: value, "Sec-Fetch-Mode": "navigate"})


@pytest.mark.requirement("S25")
@pytest.mark.parametrize(
    ("headers", "navigates"),
    [
        ({}, True),
        ({"Sec-Fetch-Mode": "navigate"}, True),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, True),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, False),
        ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False),
        ({"Sec-Fetch-Mode": "cors"}, False),
        ({"Sec-Fetch-Mode": ""}, False),
    ],
)
def test_only_a_page_of_its_own_is_seen(headers: dict[str, str], *, navigates: bool) -> None:
    """An image, a script or a frame is not a visit. A request without the header counts as one."""
    assert is_navigation(headers) == navigates
    assert not is_prefetch(headers)
