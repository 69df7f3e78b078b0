"""The cookies that bind a login to the browser that began it. Each login has its own, so tabs do not interfere."""

import hashlib
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime

import attrs

from anilist_oauth.login.login import Login
from anilist_oauth.redaction import MaskedText, Unpicklable, masked, secret_bytes

_AT_MOST = 5  # pending logins per browser
_RELOAD = 60  # seconds that a used cookie is kept; for the same time, a flow repeats its result
_RETURNING = 20  # seconds; if a page needs a login again so soon after one, another login would not help
_AGAIN = ".again"
_LONGEST = 512  # bytes; a longer return_to is not kept for the failure page
_NAME = re.compile(r"anilist-[\w-]{16}", re.ASCII)
_VALUE = re.compile(r"([0-9]{1,18})\.([\w-]{43})(\.linked)?(?:\.to-((?:[\w-]{4}){0,170}(?:[\w-]{2,3})?))?", re.ASCII)


@attrs.frozen(kw_only=True)
class Cookie(Unpicklable):
    """A cookie to set. Scripts cannot read it. From another site, browsers only send it when a link is followed."""

    name: str
    value: str = attrs.field(repr=masked)
    max_age: int
    secure: bool

    @property
    def line(self) -> str:
        """The value of the ``Set-Cookie`` header."""
        attributes = f"Max-Age={self.max_age}; Path=/; HttpOnly; SameSite=Lax"
        return f"{self.name}={self.value}; {attributes}{'; Secure' if self.secure else ''}"


@attrs.frozen(kw_only=True)
class BoundLogin(Unpicklable):
    """The content of a cookie: what a browser keeps about a login that it began.

    Attributes:
        binding: A random string that only this browser has.
        linked: Whether the login links an account to a user of the site. Otherwise it is a sign-in.
        return_to: Where the visitor wanted to go afterwards, or None. It has not been checked.
        kept: The same cookie with a new lifetime of one minute, so that the page can be reloaded. Empty in a new login.
    """

    binding: str = attrs.field(repr=masked)
    linked: bool = False
    return_to: str | None = None
    kept: tuple[Cookie, ...] = attrs.field(default=(), eq=False)

    def for_subject(self, subject: str | None) -> str:
        """Return the binding that is passed to the flow.

        If the login links an account, the binding includes the site's signed-in user. So the login can only be
        finished while the user who began it is signed in.
        """
        return MaskedText(self.binding if subject is None or not self.linked else f"{self.binding} {subject}")


class BindingCookies:
    """The cookies of one application's logins.

    The name of a cookie contains a digest of the state. Its value contains the time in microseconds (several logins may
    begin in one second), the binding, and what the failure page needs. The state cannot be derived from either.

    Args:
        secure: Whether the redirect URI is https.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        # With this prefix, browsers accept a cookie only from this host and over https (RFC 6265bis section 4.1.3).
        self._prefix = "__Host-" if secure else ""
        self._returning = f"{self._prefix}anilist_returning"

    def begun(self, login: Login, *, bound: BoundLogin, now: datetime, present: Mapping[str, str]) -> list[Cookie]:
        """Bind a new login to the browser, and delete the oldest cookies of `present` if there are too many."""
        seconds = math.ceil((login.expires_at - now).total_seconds())
        value = f"{int(now.timestamp() * 1e6)}.{bound.binding}{'.linked' if bound.linked else ''}"
        wanted = (bound.return_to or "").encode()
        if 0 < len(wanted) <= _LONGEST:
            value += f".to-{urlsafe_b64encode(wanted).decode().rstrip('=')}"
        new = Cookie(name=self._name(login.state), value=value, max_age=seconds, secure=self._secure)
        return [*self._oldest(present), new]

    def find(self, state: str | None, present: Mapping[str, str]) -> BoundLogin | None:
        """Return what this browser knows about the login with this state, or None."""
        if state is None:
            return None
        name = self._name(state)
        value = _VALUE.fullmatch(present.get(name, ""))
        if value is None:
            return None
        kept = (Cookie(name=name, value=value[0], max_age=_RELOAD, secure=self._secure),)
        wanted = urlsafe_b64decode(f"{value[4]}==").decode("ascii", "replace") if value[4] else None
        return BoundLogin(binding=value[2], linked=value[3] is not None, return_to=wanted, kept=kept)

    def returning(self, subject: str, present: Mapping[str, str]) -> Cookie:
        """Return a cookie that records for 20 seconds that this browser has just logged in, as whom, and if again."""
        value = _digest(subject)
        if present.get(self._returning, "").startswith(value):
            value += _AGAIN
        return Cookie(name=self._returning, value=value, max_age=_RETURNING, secure=self._secure)

    def goes_round(self, present: Mapping[str, str], *, missing: str | None) -> bool:
        """Return whether this browser has just logged in, so that another login would not help.

        Args:
            present: The cookies.
            missing: The subject without a token, an empty string if nobody is signed in at the site, or None if AniList
                refused the token. If it is the subject that has just logged in, the result is False the first time,
                because that user may have logged out since. If it happens again, the tokens do not last.
        """
        just = present.get(self._returning)
        return just is not None and (missing is None or just != _digest(missing))

    def _oldest(self, present: Mapping[str, str]) -> list[Cookie]:
        """Return deletions of the oldest cookies, to make room for one. Only this package's cookies are counted."""
        begun = {}
        for name, value in present.items():
            found = _VALUE.fullmatch(value)
            if found and _NAME.fullmatch(name.removeprefix(self._prefix)) and name.startswith(self._prefix):
                begun[name] = int(found[1])
        oldest = sorted(begun, key=begun.__getitem__)[: max(0, len(begun) - _AT_MOST + 1)]
        return [Cookie(name=name, value="", max_age=0, secure=self._secure) for name in oldest]

    def _name(self, state: str) -> str:
        return f"{self._prefix}anilist-{_digest(state)}"


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(secret_bytes(text)).digest()[:12]).decode()
