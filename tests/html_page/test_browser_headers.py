"""Visits of people are distinguished from those of programs."""

import pytest

from anilist_oauth.html_page.browser_headers import is_navigation, is_prefetch


@pytest.mark.requirement("S25")
@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
@pytest.mark.parametrize("value", ["prefetch", "prefetch;prerender", "preview"])
def test_a_prefetch_is_not_a_visit(name: str, value: str) -> None:
    """Each browser has its own header for prefetches."""
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
def test_only_a_whole_page_is_a_visit(headers: dict[str, str], *, navigates: bool) -> None:
    """An image, a script or a frame is not a visit, but a request without the headers is."""
    assert is_navigation(headers) == navigates
    assert not is_prefetch(headers)
