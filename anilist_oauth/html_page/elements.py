"""The pieces of a page: text that is escaped, and elements that are not."""

import re
from collections.abc import Mapping

# As `html.escape`, whose module brings a table of 2,231 entities along: that is felt at each import of the package.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_VOID = frozenset({"br", "hr", "img", "input", "meta"})
_ORIGIN = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)(?:[/?#].*)?", re.DOTALL)


class Markup(str):
    """HTML that is safe to show as it is."""

    __slots__ = ()


Content = Markup | str


def escape(text: Content) -> Markup:
    """Escape text for use between tags and inside quoted attributes; `Markup` stays as it is."""
    return text if isinstance(text, Markup) else Markup(text.translate(_ESCAPES))


def element(tag: str, /, *content: Content, **attributes: str | bool | None) -> Markup:
    """Make an element.

    Args:
        tag: Its name.
        content: What is inside; text is escaped.
        attributes: ``class_`` is ``class``, ``aria_label`` is ``aria-label``; True is a bare attribute, False and
            None are left out.
    """
    written = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = "".join(escape(piece) for piece in content)
    return Markup(f"<{tag}{written}>" if tag in _VOID else f"<{tag}{written}>{inside}</{tag}>")


def isolated(text: str) -> Markup:
    """Show a name that a stranger chose, so that right-to-left letters in it move nothing around it."""
    return element("bdi", text)


def button(*label: Content, quiet: bool = False, **attributes: str | bool | None) -> Markup:
    """Make a button that submits its form; a `quiet` one is the lesser choice."""
    return element("button", *label, **{"class_": "quiet" if quiet else None, **attributes})


def form(action: str, *content: Content, hidden: Mapping[str, str] | None = None) -> Markup:
    """Make a form that POSTs to `action`, with hidden fields."""
    fields = [element("input", type="hidden", name=name, value=value) for name, value in (hidden or {}).items()]
    return element("form", *fields, *content, method="post", action=action)


def source(uri: str) -> str:
    """Name a URI in a content security policy: its origin; its scheme where a policy cannot write the host.

    A form whose answer redirects to another origin must name that origin too: Chromium checks the redirect against
    ``form-action``. A policy has no words for IPv6 hosts and custom schemes.
    """
    origin = _ORIGIN.fullmatch(uri)
    return origin[1] if origin else f"{uri.partition(':')[0].lower()}:"


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
