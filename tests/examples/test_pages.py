"""The translations of the pages are complete and fit on every screen."""

import html
import re
from collections.abc import Iterator

import attrs
import pytest

from anilist_oauth.html_page import Pages
from tests.browser import Browser, Screen, chromium
from tests.every_page import receiver_pages, web_pages
from tests.examples.pages_in_your_language import pages_in, receiver
from tests.flows import staged

pytestmark = pytest.mark.browser
LANGUAGES = ("de", "ja")
AS_IN_ENGLISH = {"direction"}
_TAGS = {"language", "direction"}
SCREENS = (Screen(390, 800, dark=False), Screen(1280, 800, dark=True))
MEASURE = """
return [
  [...document.querySelectorAll(".actions")].every(
    (row) => new Set([...row.querySelectorAll("button, a.button")].map((one) => one.offsetHeight)).size === 1),
  document.documentElement.scrollWidth <= document.documentElement.clientWidth,
];
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_complete(language: str) -> None:
    """It translates every text, and each text has all the placeholders of the English one."""
    texts = pages_in(language).texts
    assert list(texts) == list(Pages.ENGLISH)
    assert texts["language"] == language
    assert {name for name, text in texts.items() if text == Pages.ENGLISH[name]} == AS_IN_ENGLISH
    for name, text in texts.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", Pages.ENGLISH[name])), name


def test_every_text_is_on_a_page() -> None:
    """No name is unused."""
    marked = Pages(texts={name: f"[{name}]{text}" for name, text in Pages.ENGLISH.items() if name not in _TAGS})
    pages = [
        attrs.evolve(marked, application=application, home=home) for application, home in (("A", "/"), (None, None))
    ]
    shown = "".join(page.body.decode() for one in pages for page in (*receiver_pages(one), *web_pages(one)))
    nowhere = attrs.evolve(marked, home="/").way_home()[0]  # a site without a name
    assert {name for name in Pages.ENGLISH if f"[{name}]" not in shown + nowhere} == _TAGS


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_is_left_on_a_page(language: str) -> None:
    """Every text on a page is translated, except names."""
    pages = pages_in(language)
    english = {text for name, text in Pages.ENGLISH.items() if len(text) > 20 and "{" not in text}
    for page in (*receiver_pages(pages), *web_pages(pages)):
        shown = html.unescape(page.body.decode())
        assert f'<html lang="{language}">' in shown
        assert not [text for text in english if text in shown]


async def test_the_example_receives_in_german() -> None:
    """The example runs unchanged, except for its port."""
    async with staged() as stage:
        made = receiver(stage.flow)
        assert made._handler._pages.pages == pages_in("de")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser."""
    with chromium(SCREENS[0], tmp_path_factory.mktemp("pages")) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_every_page_fits_every_screen(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, language: str
) -> None:
    """No page must be scrolled sideways, and buttons in one row have one height."""
    pages = Pages("AniBot", home="/") if language == "en" else pages_in(language)
    file = tmp_path_factory.mktemp("page") / "page.html"
    for page in (*receiver_pages(pages), *web_pages(pages)):
        file.write_bytes(page.body.replace(b"<script>", b"<script type=none>"))
        browser.visit(f"file://{file}")
        for screen in SCREENS:
            browser.move_to(screen)
            assert browser.driver.execute_script(MEASURE) == [True, True], (screen, page.body)
