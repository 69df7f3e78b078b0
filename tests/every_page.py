"""Every page of the receiver and of a web application, with the texts of a `Pages`."""

from datetime import UTC, datetime

from yarl import URL

from anilist_oauth import errors
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.html_page import Page, Pages
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.receiver.pages import ReceiverPages
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer
from anilist_oauth.web.failure_page import failed_page, link_page, outage_page
from anilist_oauth.web.failures import REASONS

LOGIN = Login(
    url=URL("https://anilist.co"), state="s", label="@mika on Discord", expires_at=datetime(2027, 1, 1, tzinfo=UTC)
)
MIKA = Viewer(id=1, name="mika", avatar=None, site_url=None, unread=None)
DONE = CompletedLogin(login=LOGIN, token=Token(access_token="t", expires_at=None), viewer=MIKA)
BUSY = errors.RateLimitedError("", retry_after=40)
ERRORS: list[AniListOAuthError] = [
    errors.AccessDeniedError("", verified=True),
    errors.StateMismatchError("", reason="binding"),
    errors.StateMismatchError("", reason="used"),
    errors.InvalidCallbackError(""),
    errors.InvalidCodeError("", reason="used"),
    errors.AuthorizationError("", error="invalid_scope", verified=True),
    errors.AuthorizationError("", error="server_error", verified=True),
    errors.TokenMismatchError("", reason="other_user"),
    errors.TokenMismatchError("", reason="other_application"),
    BUSY,
    errors.OutcomeUnknownError(""),
    errors.StorageError(""),
    errors.InvalidClientError(""),
    errors.AniListOAuthError(""),
]


def receiver_pages(pages: Pages) -> list[Page]:
    """Make every page of a receiver."""
    made = ReceiverPages(pages)
    return [
        made.question(LOGIN, "t", viewer=MIKA),
        made.question(LOGIN, "t"),
        made.linked(DONE),
        made.not_me(),
        made.fragment_reader("t"),
        made.closed(),
        made.stray(),
        made.full(),
        made.later("t", BUSY),
        made.later("t", errors.RateLimitedError("")),
        *(made.failed(error) for error in ERRORS),
    ]


def web_pages(pages: Pages) -> list[Page]:
    """Make every page of a web application."""
    return [
        *(failed_page(reason, login="/login/anilist", return_to="/lists", pages=pages) for reason in REASONS),
        outage_page(BUSY, address="/lists", pages=pages),
        link_page(user="mika", action="/login/anilist", leads_to="https://anilist.co", pages=pages),
    ]
