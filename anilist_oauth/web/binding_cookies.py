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
    """

    binding: str = attrs.field(repr=masked)
    linked: bool = False
    return_to: str | None = None

    def for_subject(self, subject: str | None) -> str:
        """Return the binding that is passed to the flow.

        If the login links an account, the binding includes the site's signed-in user. So the login can only be
        finished while the user who began it is signed in.
        """
        return MaskedText(self.binding if subject is None or not self.linked else f"{self.binding} {subject}")


@attrs.frozen(kw_only=True)
class BindingCookies:
    """The cookies of one application's logins. `secure` is true if the redirect URI is https.

    The name of a cookie contains a digest of the state. Its value contains the time in microseconds (several logins may
    begin in one second), the binding, and what the failure page needs. The state cannot be derived from either.
    """

    secure: bool

    def begun(self, login: Login, *, bound: BoundLogin, now: datetime, present: Mapping[str, str]) -> list[Cookie]:
        """Bind a new login to the browser, and delete the oldest cookies of `present` if there are too many."""
        seconds = math.ceil((login.expires_at - now).total_seconds())
        value = f"{int(now.timestamp() * 1e6)}.{bound.binding}{'.linked' if bound.linked else ''}"
        wanted = (bound.return_to or "").encode()
        if 0 < len(wanted) <= _LONGEST:
            value += f".to-{urlsafe_b64encode(wanted).decode().rstrip('=')}"
        new = self._cookie(self._name(login.state), value, seconds)
        return [*(self._cookie(name, "", 0) for name in self._oldest(present)), new]

    def find(self, state: str | None, present: Mapping[str, str]) -> BoundLogin | None:
        """Return what this browser knows about the login with this state, or None."""
        value = None if state is None else _VALUE.fullmatch(present.get(self._name(state), ""))
        if value is None:
            return None
        wanted = urlsafe_b64decode(f"{value[4] or ''}==").decode("ascii", "replace")
        return BoundLogin(binding=value[2], linked=value[3] is not None, return_to=wanted or None)

    def used(self, state: str | None, present: Mapping[str, str]) -> list[Cookie]:
        """Return the cookie of a state with a new lifetime of one minute, so that the page can be reloaded."""
        name = "" if state is None else self._name(state)
        value = present.get(name, "")
        return [self._cookie(name, value, _RELOAD)] if _VALUE.fullmatch(value) else []

    def returning(self, subject: str, present: Mapping[str, str]) -> Cookie:
        """Return a cookie that records for 20 seconds that this browser has just logged in, as whom, and if again."""
        value = _digest(subject)
        again = present.get(self._returning, "").startswith(value)
        return self._cookie(self._returning, f"{value}{_AGAIN if again else ''}", _RETURNING)

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

    def _oldest(self, present: Mapping[str, str]) -> list[str]:
        """Return the names of the cookies to delete to make room for one. Only this package's cookies are counted."""
        begun = {}
        for name, value in present.items():
            found = _VALUE.fullmatch(value)
            if found and _NAME.fullmatch(name.removeprefix(self._prefix)) and name.startswith(self._prefix):
                begun[name] = int(found[1])
        return sorted(begun, key=begun.__getitem__)[: max(0, len(begun) - _AT_MOST + 1)]

    @property
    def _returning(self) -> str:
        return f"{self._prefix}anilist_returning"

    @property
    def _prefix(self) -> str:
        """With this prefix, browsers accept a cookie only from this host and over https (RFC 6265bis section 4.1.3)."""
        return "__Host-" if self.secure else ""

    def _name(self, state: str) -> str:
        return f"{self._prefix}anilist-{_digest(state)}"

    def _cookie(self, name: str, value: str, max_age: int) -> Cookie:
        return Cookie(name=name, value=value, max_age=max_age, secure=self.secure)


def _digest(text: str) -> str:
    hashed = hashlib.sha256(secret_bytes(text)).digest()
    return urlsafe_b64encode(hashed).decode()[:16]
