"""The pages a receiver shows: who asks, how it went, and what to do next."""

from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    AuthorizationError,
    CallbackError,
    ExchangeError,
    InvalidCodeError,
    ServiceError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
)
from anilist_oauth.html_page import Content, Markup, Page, Tone, button, element, form, isolated, render
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.receiver.display_name import display_name
from anilist_oauth.tokens.viewer import Viewer

TICKET, REFUSAL, FRAGMENT = "ticket", "refuse", "fragment"
HERE = "?"  # the same path, without the query: whatever a reverse proxy calls it
_SELF = "'self'"
_AGAIN = "Go back to where you got the link, and ask for a new one."
_READ_FRAGMENT = f"""
const fragment = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (fragment) {{
  const form = document.querySelector("form");
  form.elements.{FRAGMENT}.value = fragment;
  form.submit();
}}
"""
_NOTHING = "Nothing was linked"
Explanation = tuple[str, str, int]
"""A title, what happened, and an HTTP status."""

_EXPLANATIONS: tuple[tuple[type[AniListOAuthError], tuple[str, ...], Explanation], ...] = (
    (
        StateMismatchError,
        ("binding",),
        ("Not in this browser", "This login was begun on a web page, and can only be finished there.", 400),
    ),
    (
        StateMismatchError,
        ("used", "expired", "unknown"),
        ("This login is not open", "It was finished before, or has expired.", 400),
    ),
    (CallbackError, (), ("This link is broken", "A part of the address is missing or damaged.", 400)),
    (
        TokenMismatchError,
        ("other_user",),
        ("Another account", "You are signed in to AniList with another account than the one asked for.", 400),
    ),
    (TokenMismatchError, (), ("Another login", "What came back from AniList was made for another program.", 400)),
    (InvalidCodeError, (), ("Too late", "AniList does not take this login's code any more.", 400)),
    (
        ExchangeError,
        (),
        (_NOTHING, "The program that asked is not set up right at AniList; tell the people who run it.", 502),
    ),
    (
        ServiceError,
        (),
        ("AniList does not answer", "AniList could not be reached, or has too much to do; nothing was linked.", 502),
    ),
    (StorageError, (), (_NOTHING, "The program that asked cannot store anything for the moment.", 503)),
    (AniListOAuthError, (), (_NOTHING, "Something went wrong in the program that asked.", 500)),
)


def question(login: Login, ticket: str, *, viewer: Viewer | None = None) -> Page:
    """Ask whether the AniList account is to be linked to the one who asked; nothing has happened yet.

    Args:
        login: Who asks.
        ticket: What the yes, or the no, brings along.
        viewer: Whose account it is, where that is known already.
    """
    asker = element("em", _name(login))
    body: list[Content] = [
        element("p", "You are ", element("strong", isolated(display_name(viewer.name, instead="?"))), " on AniList.")
        if viewer
        else "You come from AniList, where you agreed.",
        element("p", "Go on only if you asked for this yourself: ", asker, " could then act on AniList as you."),
        element(
            "div",
            form(HERE, button("Link account"), hidden={TICKET: ticket}),
            form(HERE, button("That is not me", quiet=True), hidden={TICKET: ticket, REFUSAL: "1"}),
            class_="actions",
        ),
        element("p", "Nothing is linked until you say so.", class_="soft"),
    ]
    heading = element("span", "Link your AniList account to ", asker, "?")
    return _page("Link your AniList account?", body, heading=heading, form_action=True)


def linked(done: CompletedLogin) -> Page:
    """Name the account that was linked, and to whom."""
    viewer = element("strong", isolated(display_name(done.display_name, instead="your account")))
    body = [
        element("p", viewer, " on AniList is now linked to ", element("em", _name(done.login)), "."),
        "You can close this page.",
        element("p", "You can take it back at any time on AniList: Settings, Apps.", class_="soft"),
    ]
    return _page("Your AniList account is linked", body, tone="good")


def refused() -> Page:
    """Confirm a no."""
    body = [
        "What AniList sent along is forgotten. Whoever asked for this login can still finish it themselves.",
        "If you opened somebody else's link, be careful with the next one from there.",
    ]
    return _page(_NOTHING, body)


def fragment_reader(ticket: str) -> Page:
    """Read the fragment, which no server sees, take it out of the address, and post it here."""
    body: list[Content] = [
        "AniList's answer is in the part of this page's address behind #, and reading it takes JavaScript.",
        f"If this page stays, nothing came along. {_AGAIN}",
        form(HERE, hidden={TICKET: ticket, FRAGMENT: ""}),
    ]
    return _page("One moment", body, form_action=True, script=_READ_FRAGMENT)


def over() -> Page:
    """Tell that a login, or a page of it, is not open any more."""
    body = ["It was finished or has expired, or this page was opened too late.", _AGAIN]
    return _page("This login is not open", body, tone="bad", status=400)


def nothing_here(status: int = 404) -> Page:
    """Answer what is no callback."""
    title = {403: "Not from here", 405: "No such request"}.get(status, "Nothing here")
    return _page(title, ["This address only takes people back from AniList's login."], tone="bad", status=status)


def later(ticket: str, error: AniListOAuthError) -> Page:
    """Offer to press the button again: what failed has consumed nothing."""
    wait = getattr(error, "retry_after", None)
    when = f"in {wait:.0f} seconds" if wait else "in a moment"
    body: list[Content] = [
        f"Something stands in the way for now, and nothing is lost. Try again {when}.",
        element("div", form(HERE, button("Try again"), hidden={TICKET: ticket}), class_="actions"),
    ]
    return _page("Not yet", body, tone="bad", form_action=True, status=503)


def failed(error: AniListOAuthError) -> Page:
    """Tell in a person's words what went wrong; the program that asked has the error itself."""
    title, text, status = _explained(error)
    declined = isinstance(error, AccessDeniedError)
    return _page(title, [text] if declined else [text, _AGAIN], tone="plain" if declined else "bad", status=status)


def _explained(error: AniListOAuthError) -> Explanation:
    if isinstance(error, AuthorizationError) and error.verified:  # else a stranger would speak in AniList's name
        said = error.description or error.hint or error.error
        return "AniList did not agree", f"AniList says: {said.rstrip('.')}.", 400
    if isinstance(error, AccessDeniedError):
        return _NOTHING, "You declined on AniList. You can close this page.", 200 if error.verified else 400
    reason = getattr(error, "reason", None)
    return next(
        explanation
        for kind, reasons, explanation in _EXPLANATIONS
        if isinstance(error, kind) and (not reasons or reason in reasons)
    )


def _name(login: Login) -> Markup:
    return isolated(display_name(login.label, instead="the program that sent you the link"))


def _page(
    title: str,
    body: list[Content],
    *,
    heading: Content | None = None,
    tone: Tone = "plain",
    form_action: bool = False,
    script: str | None = None,
    status: int = 200,
) -> Page:
    return render(
        title=title,
        heading=title if heading is None else heading,
        body=body,
        tone=tone,
        form_action=[_SELF] if form_action else (),
        script=script,
        status=status,
    )
