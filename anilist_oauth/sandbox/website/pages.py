"""The pages that people see."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from anilist_oauth.html_page import Content, Markup, Tone, button, element, form, isolated, render, source
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.messages import Answer
from anilist_oauth.sandbox.oauth.authorization import Question
from anilist_oauth.sandbox.people import User

_BANNER = element("span", element("strong", "Sandbox"), ": this is not AniList. Nothing here is real.")
_SELF = "'self'"
_ERRORS = {
    404: ("Not found", "There is no such page here."),
    405: ("Method not allowed", "This address does not accept this kind of request."),
    419: ("Page expired", "Go back to the application and log in again."),
    429: ("Too many requests", "Wait a minute, then try again."),
    500: ("Server error", "The server made a mistake. You did nothing wrong."),
}

_COPY = Path(__file__).with_name("copy_button.js")


def login_page(people: Iterable[User], *, query: str, target: str | None) -> Answer:
    """Ask who signs in. The query is passed along, so that nothing of it is lost.

    A user who approved before goes from here directly to `target`, which is None if nobody waits for an answer.
    """
    choices = [
        button(_avatar(user), isolated(user.name), class_="quiet who", name="user", value=user.name) for user in people
    ]
    action = f"/login?{query}" if query else "/login"
    body = ["Choose an account. There are no passwords here.", form(action, *choices)]
    return _shown("Sign in", body, form_action=[_SELF] if target is None else _onward(target))


def consent_page(question: Question, user: User, *, key: str, form_token: str, query: str, target: str) -> Answer:
    """Ask the user to authorize the application."""
    name = _application_name(question.application)
    hidden = {"_token": form_token, "auth_token": key}
    action = "/api/v2/oauth/authorize"
    body = [
        "It could see and change your lists and almost everything else in your account.",
        _details({"You are": isolated(user.name), "It sends you back to": target}),
        element(
            "div",
            form(action, button("Approve"), hidden=hidden),
            form(action, button("Deny", quiet=True), hidden={**hidden, "_method": "DELETE"}),
            class_="actions",
        ),
        form(f"/logout?{query}", button("Use another account", class_="link"), hidden={"_token": form_token}),
    ]
    pair = element("div", element("span", "◆", class_="avatar other"), _avatar(user), class_="pair", aria_hidden="true")
    return _shown(f"Authorize {name}", body, heading=f"Authorize {name}?", above=pair, form_action=_onward(target))


def settings_page(applications: Iterable[Application], user: User, *, form_token: str) -> Answer:
    """List the applications that the user authorized, each with a button to revoke it."""
    entries = [
        element(
            "li",
            element("p", element("strong", _application_name(application)), " can act for you."),
            form(
                "/settings/apps",
                button("Revoke", quiet=True, aria_label=f"Revoke {_application_name(application)}"),
                hidden={"_token": form_token, "client_id": application.client_id},
            ),
        )
        for application in applications
    ]
    apps = element("ul", *entries) if entries else "You have not authorized any application."
    out = form("/logout", button("Sign out", class_="link"), hidden={"_token": form_token})
    return _shown("Apps", [_who(user), apps, out], form_action=[_SELF])


def pin_page(code: str | None, error: str | None) -> Answer:
    """Show the code. For an implicit answer, a script reads and copies the fragment, which no server sees."""
    if error is not None:
        return _shown("Not authorized", [f"The application was told: {error}."], tone="bad")
    body = [
        element(
            "div",
            element("label", "Copy this into the application that asked for it", for_="value"),
            element("textarea", code or "", id="value", readonly=True, rows="9", spellcheck="false"),
            button("Copy", type="button", id="copy", hidden=True),
            element("p", id="copied", role="status", class_="soft"),
            id="shown",
            hidden=code is None,
        ),
        element(
            "p",
            "There is nothing here yet. A token is in the address behind the #, and showing it requires JavaScript.",
            id="empty",
            hidden=code is not None,
        ),
    ]
    return _shown("Almost done", body, script=_COPY.read_text(encoding="utf-8"), tone="good" if code else "plain")


def index_page(applications: Iterable[Application]) -> Answer:
    """Explain what this server is."""
    body = [
        "A stand-in for AniList's login and API, for trying applications out.",
        _details({_application_name(application): application.redirect_uri for application in applications}),
        element("p", element("a", "Apps you have authorized", href="/settings/apps")),
    ]
    return _shown("AniList sandbox", body)


def error_page(status: int) -> Answer:
    """Show an HTTP error, as Laravel does for clients that do not ask for JSON."""
    title, text = _ERRORS[status]
    return _shown(title, [text], tone="bad", status=status)


def _onward(target: str) -> list[str]:
    """Allow a form to lead to the application, and from there to its redirects, because Chromium checks each one."""
    return [source(target), "http:", "https:"]


def _application_name(application: Application) -> str:
    return f"Application {application.client_id}"


def _details(details: Mapping[str, Content]) -> Markup:
    pieces = [element(tag, text) for pair in details.items() for tag, text in zip(("dt", "dd"), pair, strict=True)]
    return element("dl", *pieces)


def _who(user: User) -> Markup:
    return element(
        "p", _avatar(user), element("span", "Signed in as ", element("strong", isolated(user.name))), class_="who"
    )


def _avatar(user: User) -> Markup:
    return element("span", user.name[:1].upper(), class_="avatar", aria_hidden="true")


def _shown(
    title: str,
    body: Iterable[Content],
    *,
    heading: Content | None = None,
    tone: Tone = "plain",
    above: Markup | None = None,
    form_action: Sequence[str] = (),
    script: str | None = None,
    status: int = 200,
) -> Answer:
    page = render(
        title=f"{title} · AniList sandbox",
        heading=title if heading is None else heading,
        body=body,
        tone=tone,
        above=above,
        banner=_BANNER,
        form_action=form_action,
        script=script,
        status=status,
    )
    return Answer(status=page.status, headers=page.headers, body=page.body)
