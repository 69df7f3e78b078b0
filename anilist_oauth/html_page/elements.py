"""The parts of a page: escaped text and elements."""

import re
from collections.abc import Mapping

# The same as in `html.escape`. The module `html` loads a table of 2,231 entities, which would slow down the import.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_VOID = frozenset({"br", "hr", "img", "input", "meta"})
_ORIGIN = r"(?s)(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)(?:[/?#].*)?"


class Markup(str):
    """HTML that is safe to include without escaping."""

    __slots__ = ()


Content = Markup | str


def escape(text: Content) -> Markup:
    """Escape text for use between tags and inside quoted attributes. `Markup` is returned unchanged."""
    return text if isinstance(text, Markup) else Markup(text.translate(_ESCAPES))


def element(tag: str, /, *content: Content, **attributes: str | bool | None) -> Markup:
    """Return an element.

    Args:
        tag: The name of the element.
        content: Its content. Text is escaped.
        attributes: Its attributes. ``class_`` means ``class``, and ``aria_label`` means ``aria-label``. True adds an
            attribute without a value. An attribute that is False or None is left out.
    """
    written = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = "".join(escape(piece) for piece in content)
    return Markup(f"<{tag}{written}>" if tag in _VOID else f"<{tag}{written}>{inside}</{tag}>")


def isolated(text: str) -> Markup:
    """Return an element for a name that somebody chose. Right-to-left letters in it do not move the text around it."""
    return element("bdi", text)


def button(*label: Content, quiet: bool = False, **attributes: str | bool | None) -> Markup:
    """Return a button that submits its form. A `quiet` one is the less prominent choice."""
    return element("button", *label, **{"class_": "quiet" if quiet else None, **attributes})


def form(action: str, *content: Content, hidden: Mapping[str, str] | None = None) -> Markup:
    """Return a form that sends its hidden fields to `action` by POST."""
    fields = [element("input", type="hidden", name=name, value=value) for name, value in (hidden or {}).items()]
    return element("form", *fields, *content, method="post", action=action)


def source(uri: str) -> str:
    """Return the source expression for a URI in a content security policy: its origin, or else its scheme.

    If a form's response redirects to another origin, the policy must allow that origin too, because Chromium checks the
    redirect against ``form-action``. A policy cannot express IPv6 hosts and custom schemes. Then the scheme is used.
    """
    origin = re.fullmatch(_ORIGIN, uri)
    return origin[1] if origin else f"{uri.partition(':')[0].lower()}:"


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
