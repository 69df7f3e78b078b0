"""Press the button of a page, as a browser does."""

from html.parser import HTMLParser
from urllib.parse import urljoin


class _Forms(HTMLParser):
    """Reads the first POST form of a page: its address and its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._is_inside = self._is_pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and given.get("method", "").lower() == "post":
            self.action, self._is_inside = given.get("action", ""), True
        elif self._is_inside and (tag == "input" or (tag == "button" and not self._is_pressed)):
            self._is_pressed = self._is_pressed or tag == "button"
            if "name" in given:
                self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "form"


def first_form(page: str, address: str) -> tuple[str, dict[str, str]]:
    """Return the address and the fields of the first form of a page.

    Raises:
        ValueError: The page has no form.
    """
    forms = _Forms()
    forms.feed(page)
    if forms.action is None:
        raise ValueError(f"callback: the page at {address.partition('?')[0]} has no button to press")
    return urljoin(address, forms.action), forms.fields
