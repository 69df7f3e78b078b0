"""The cookies that bind logins to the browser that began them. Each login has its cookie, so tabs do not interfere."""

import hashlib
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime

import attrs

from anilist_oauth.login.login import Login
from anilist_oauth.redaction import MaskedText, Unpicklable, masked, secret_bytes

_AT_MOST = 5  # pending logins of one browser
_RELOAD = 60  # seconds to keep a used cookie; a flow repeats its answer for as long
_RETURNING = 20  # seconds after a login in which a second login is suspicious
_LONGEST = 512  # bytes of a return_to that is kept for the failure page
_NAME = re.compile(r"anilist-[\w-]{16}", re.ASCII)
_VALUE = re.compile(r"([0-9]{1,18})\.([\w-]{43})(\.linked)?(?:\.to-((?:[\w-]{4}){0,170}(?:[\w-]{2,3})?))?", re.ASCII)


@attrs.frozen(kw_only=True)
class Cookie(Unpicklable):
    """A cookie to set. Scripts cannot read it, and other sites only send it with plain navigation."""

    name: str
    value: str = attrs.field(repr=masked)
    max_age: int
    secure: bool

    @property
    def line(self) -> str:
        """The value of its ``Set-Cookie`` header."""
        attributes = f"Max-Age={self.max_age}; Path=/; HttpOnly; SameSite=Lax"
        return f"{self.name}={self.value}; {attributes}{'; Secure' if self.secure else ''}"


@attrs.frozen(kw_only=True)
class BoundLogin(Unpicklable):
    """What a browser knows about a login that it began.

    Attributes:
        binding: The random string that only this browser has.
        linked: Whether the login links an account to a user of the site, and is not a sign-in.
        return_to: Where the browser wanted to go afterwards, not checked, or None.
    """

    binding: str = attrs.field(repr=masked)
    linked: bool = False
    return_to: str | None = None

    def for_subject(self, subject: str | None) -> str:
        """Return the binding for the flow. For a linked login it includes the site's signed-in user.

        So a linked login can only be finished while the user who began it is signed in.
        """
        return MaskedText(self.binding if subject is None or not self.linked else f"{self.binding} {subject}")


@attrs.frozen(kw_only=True)
class BindingCookies:
    """The cookies of one application's logins; `secure` where the browser comes back over https.

    A name contains the digest of the state. A value contains the time in microseconds (several logins may begin in one
    second), the binding, and what the failure page needs. Neither reveals anything about the other.
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
        """Keep the cookie of a state a little longer for a reload, then let it expire."""
        name = "" if state is None else self._name(state)
        value = present.get(name, "")
        return [self._cookie(name, value, _RELOAD)] if _VALUE.fullmatch(value) else []

    def returning(self, subject: str) -> Cookie:
        """Remember for some seconds that this browser has just logged in, and as whom."""
        return self._cookie(self._returning, _digest(subject), _RETURNING)

    def goes_round(self, present: Mapping[str, str], *, missing: str | None) -> bool:
        """Return whether this browser has just logged in, so that another login would not help.

        Args:
            present: The cookies.
            missing: Who has no token; empty if nobody is signed in at the site. None if AniList refuses the token. If
                the token that was stored a moment ago is missing, the user has logged out.
        """
        just = present.get(self._returning)
        return just is not None and (missing is None or just != _digest(missing))

    def _oldest(self, present: Mapping[str, str]) -> list[str]:
        """Return the names to delete so that there is room for one more. Only this package's cookies are counted."""
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
        """With this prefix, browsers accept the cookie from this host only, over https (RFC 6265bis section 4.1.3)."""
        return "__Host-" if self.secure else ""

    def _name(self, state: str) -> str:
        return f"{self._prefix}anilist-{_digest(state)}"

    def _cookie(self, name: str, value: str, max_age: int) -> Cookie:
        return Cookie(name=name, value=value, max_age=max_age, secure=self.secure)


def _digest(text: str) -> str:
    hashed = hashlib.sha256(secret_bytes(text)).digest()
    return urlsafe_b64encode(hashed).decode()[:16]
