"""The pages that people see. Their HTML is in ``pages.html``."""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from string import Template

from anilist_oauth.html_page import SELF, Content, Markup, Page, Tone, element, escape, render, source
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.messages import Answer
from anilist_oauth.sandbox.oauth.grants import Question
from anilist_oauth.sandbox.people import User

_TITLE = "{} · AniList sandbox"
_HTML = Path(__file__).with_name("pages.html").read_text(encoding="utf-8")
_COPY = Path(__file__).with_name("copy_button.js").read_text(encoding="utf-8")
# The lines are joined without spaces, because browsers show a space between two elements.
_TEMPLATES = {
    name: Template("".join(line.strip() for line in text.splitlines()))
    for name, text in re.findall(r'<template id="(\w+)">(.*?)</template>', _HTML, re.DOTALL)
}


def _filled(name: str, /, **values: Content) -> Markup:
    """Fill values into a template. A value is escaped unless it is `Markup`."""
    return Markup(_TEMPLATES[name].substitute({key: escape(value) for key, value in values.items()}))


_page = partial(render, banner=_filled("banner"))


def _shown(page: Page) -> Answer:
    return Answer(status=page.status, headers=page.headers, body=page.body)


def login(people: Iterable[User], *, query: str, target: str | None) -> Answer:
    """Ask who signs in. The query is passed along, so that nothing of it is lost.

    A user who approved before goes from here directly to `target`, which is None if nobody waits for an answer.
    """
    accounts = Markup("".join(_filled("account", name=user.name, initial=_initial(user)) for user in people))
    body = _filled("login", action=f"/login?{query}" if query else "/login", accounts=accounts)
    sources = [SELF] if target is None else _onward(target)
    return _shown(_page(title=_TITLE.format("Sign in"), heading="Sign in", body=[body], form_action=sources))


def consent(question: Question, user: User, *, key: str, form_token: str, query: str, target: str) -> Answer:
    """Ask the user to authorize the application."""
    title = f"Authorize Application {question.application.client_id}"
    body = _filled("consent", name=user.name, target=target, key=key, form_token=form_token, query=query)
    pair, sources = _filled("pair", initial=_initial(user)), _onward(target)
    return _shown(_page(title=_TITLE.format(title), heading=f"{title}?", above=pair, body=[body], form_action=sources))


def settings(applications: Iterable[Application], user: User, *, form_token: str) -> Answer:
    """List the applications that the user authorized, each with a button to revoke it."""
    entries = [_filled("application", client_id=one.client_id, form_token=form_token) for one in applications]
    listed = element("ul", *entries) if entries else _filled("no_application")
    body = _filled("settings", name=user.name, initial=_initial(user), applications=listed, form_token=form_token)
    return _shown(_page(title=_TITLE.format("Apps"), heading="Apps", body=[body], form_action=[SELF]))


def pin(code: str | None) -> Answer:
    """Show the code. For an implicit answer, a script reads and copies the fragment, which no server sees."""
    with_code, without_code = ("", " hidden") if code is None else (" hidden", "")
    body = _filled("code", code=code or "", with_code=with_code, without_code=without_code)
    tone: Tone = "good" if code else "plain"
    page = _page(title=_TITLE.format("Almost done"), heading="Almost done", body=[body], script=_COPY, tone=tone)
    return _shown(page)


def index(applications: Iterable[Application]) -> Answer:
    """Explain what this server is."""
    registered = (_filled("registered", client_id=one.client_id, redirect_uri=one.redirect_uri) for one in applications)
    body = _filled("index", registered=Markup("".join(registered)))
    return _shown(_page(title=_TITLE.format("AniList sandbox"), heading="AniList sandbox", body=[body]))


def error(title: str, text: str, *, status: int = 200) -> Answer:
    """Show an error."""
    return _shown(_page(title=_TITLE.format(title), heading=title, body=[text], tone="bad", status=status))


def _onward(target: str) -> list[str]:
    """Allow a form to lead to the application, and from there to its redirects, because Chromium checks each one."""
    return [source(target), "http:", "https:"]


def _initial(user: User) -> str:
    return user.name[:1].upper()
