"""Set the application's name, its link back and the language of the pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from string import Formatter
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import attrs

from anilist_oauth.arguments import Value, validator
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.html_page.elements import Content, Markup, element, escape, isolated, source
from anilist_oauth.html_page.page import SELF, Page, Tone, render
from anilist_oauth.html_page.texts import ENGLISH, REQUIRED

_LONGEST_NAME = 80  # characters
_LONGEST_ADDRESS = 2048
_LONGEST_ICON = 64 * 1024  # it is part of every page
_LONGEST_TEXT = 1000
_LANGUAGE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"  # a simplified form of BCP 47
_ADDRESS = r"/(?![/\\])[!-~]*|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+"
_ICON = r"data:image/[a-z.+-]+;base64,[A-Za-z0-9+/]+=*|https://[!-~]+|/(?![/\\])[!-~]*"
_UNSAFE_SCHEMES = frozenset({"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"})
_CHATS = {
    "discord": "Discord",
    "discord.com": "Discord",
    "t.me": "Telegram",
    "tg": "Telegram",
    "twitch.tv": "Twitch",
    "web.telegram.org": "Telegram",
    "www.twitch.tv": "Twitch",
}


def _name(_field: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_NAME or not value.isprintable():
        raise ConfigurationError(f"application: a name of 1 to {_LONGEST_NAME} visible characters is needed, or None")


def _home(_field: str, value: Any) -> None:
    if value is not None and not _is_address(value):
        raise ConfigurationError(
            "home: an address to go back to is needed, or None, such as https://discord.com/channels/@me or a path of "
            "this site such as /"
        )


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS or not re.fullmatch(_ADDRESS, value):
        return False
    try:
        return urlsplit(value).scheme not in _UNSAFE_SCHEMES
    except ValueError:  # such as half an IPv6 address
        return False


def _icon(_field: str, value: Any) -> None:
    if value is not None and not (
        isinstance(value, str) and len(value) <= _LONGEST_ICON and re.fullmatch(_ICON, value)
    ):
        raise ConfigurationError(
            "icon: an image is needed, or None: data:image/png;base64,… of at most 64 KiB, a path of this site such as "
            "/icon.png, or an https address"
        )


def _mapping(texts: Any) -> Any:
    if texts is None:
        return MappingProxyType({})
    return MappingProxyType(dict(texts)) if isinstance(texts, Mapping) else texts


def _texts(_field: str, texts: Any) -> None:
    if not isinstance(texts, Mapping):
        raise ConfigurationError(f"texts: a mapping of names to texts is needed, not {type(texts).__name__}")
    unknown = sorted(str(name) for name in texts if name not in ENGLISH)
    if unknown:
        raise ConfigurationError(
            f"texts: there is no text named {', '.join(map(repr, unknown[:3]))}; Pages.ENGLISH lists all names"
        )
    for name, text in texts.items():
        _check_text(name, text)


def _check_text(name: str, text: Any) -> None:
    """Raise an error if a text cannot be shown, or lacks a placeholder that people need to decide."""
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_TEXT:
        raise ConfigurationError(f"texts: {name!r} needs a text of 1 to {_LONGEST_TEXT} characters")
    if name == "language" and not re.fullmatch(_LANGUAGE, text):
        raise ConfigurationError("texts: 'language' must be a language tag, such as de or pt-BR")
    if name == "direction" and text not in {"ltr", "rtl"}:
        raise ConfigurationError("texts: 'direction' must be ltr or rtl")
    known = _placeholders(ENGLISH[name]) or set()
    used = _placeholders(text)
    if used is None or not used <= known:
        allowed = ", ".join(sorted(f"{{{one}}}" for one in known)) or "none (write {{ for a brace)"
        raise ConfigurationError(f"texts: {name!r} has a wrong placeholder; the allowed ones are: {allowed}")
    missing = REQUIRED.get(name, frozenset()) - used
    if missing:
        raise ConfigurationError(f"texts: {name!r} must contain {{{min(missing)}}}; people need it to decide")


def _placeholders(text: str) -> set[str] | None:
    """Return the names in braces, or None if braces hold anything else."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    fields = [(field, spec, conversion) for _, field, spec, conversion in parts if field is not None]
    return None if any(spec or conversion for _, spec, conversion in fields) else {field for field, *_ in fields}


@attrs.frozen(repr=False, eq=False)
class Pages(Value):
    """Settings of the pages of a login: the application's name and icon, the link back, and the texts.

        Pages(application="AniBot", home="https://discord.com/channels/@me", texts=GERMAN)

    Attributes:
        application: The name of your bot or site, of at most 80 characters.
        icon: Its image: ``data:image/png;base64,…`` (at most 64 KiB), a path of this site, or an https address.
        home: Where the button at the end of a login leads, such as ``https://discord.com/channels/@me``,
            ``https://t.me/a_bot`` or ``/``.
        texts: Texts by name that replace the English ones, such as a translation. `Pages.ENGLISH` has all names and
            the default texts. A text may use the placeholders of the English text. ``language`` is the tag of the
            language (``de``), and ``direction`` is ``ltr`` or ``rtl``.

    Raises:
        ConfigurationError: The name, the address or the image cannot be used, no text has the given name, or a text has
            an unknown placeholder.
    """

    ENGLISH: ClassVar[Mapping[str, str]] = ENGLISH

    application: str | None = attrs.field(default=None, validator=validator(_name))
    icon: str | None = attrs.field(default=None, validator=validator(_icon), repr=False)
    home: str | None = attrs.field(default=None, validator=validator(_home))
    texts: Mapping[str, str] = attrs.field(
        default=None, converter=_mapping, validator=validator(_texts), repr=False, hash=False
    )

    def text(self, name: str) -> str:
        """Return a text whose placeholders are not filled in."""
        return self.texts.get(name, ENGLISH[name])

    def fill(self, name: str, **values: Content) -> Markup:
        """Return a text with its placeholders filled in. Text is escaped; `Markup` is used as it is."""
        parts = Formatter().parse(self.text(name))
        return Markup("".join(escape(literal) + escape(values[field] if field else "") for literal, field, *_ in parts))

    def paragraph(self, name: str, *, soft: bool = False, **values: Content) -> Markup:
        """Return a text as a paragraph. A `soft` one is less prominent."""
        return element("p", self.fill(name, **values), class_="soft" if soft else None)

    def asker(self, instead: str) -> Markup:
        """Return the application's name, or the text named `instead`."""
        return isolated(self.text(instead) if self.application is None else self.application)

    def way_home(self, *, quiet: bool = False) -> list[Markup]:
        """Return a list with a button that leads to `home`, or an empty list if `home` is not set.

        Args:
            quiet: Whether to show the button less prominently, because it is beside another one.
        """
        if self.home is None:
            return []
        label = element("span", self.fill("home", home=isolated(self._home_name)))
        return [element("a", label, href=self.home, class_="button quiet" if quiet else "button")]

    def render(
        self,
        *,
        title: str,
        body: Iterable[Content],
        heading: Content | None = None,
        tone: Tone = "plain",
        form_action: Sequence[str] = (),
        script: str | None = None,
        status: int = 200,
    ) -> Page:
        """Render a page. `title` is the name of a text; the other arguments are those of `html_page.render`."""
        words = self.text(title)
        return render(
            title=words if self.application is None else f"{words} · {self.application}",
            heading=words if heading is None else heading,
            body=body,
            tone=tone,
            brand=self._brand(),
            form_action=form_action,
            images=self._image_sources(),
            script=script,
            status=status,
            language=self.text("language"),
            direction=self.text("direction"),
        )

    @property
    def _home_name(self) -> str:
        """Return the name of the chat that `home` leads to, or else of the application, or else of the host."""
        parts = urlsplit(self.home or "")
        chat = _CHATS.get(parts.scheme) or _CHATS.get(parts.hostname or "")
        return chat or self.application or parts.hostname or self.text("web.site")

    def _brand(self) -> Markup | None:
        if self.application is None and self.icon is None:
            return None
        image = [] if self.icon is None else [element("img", src=self.icon, alt="")]
        name = [] if self.application is None else [isolated(self.application)]
        return element("p", *image, *name, class_="brand")

    def _image_sources(self) -> tuple[str, ...]:
        if self.icon is None:
            return ()
        if self.icon.startswith("data:"):
            return ("data:",)
        return (SELF if self.icon.startswith("/") else source(self.icon),)
