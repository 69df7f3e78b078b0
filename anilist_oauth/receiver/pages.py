"""The pages of a receiver. They ask for confirmation, or say what happened and what to do next."""

import attrs

from anilist_oauth.errors import AccessDeniedError, AniListOAuthError, AuthorizationError
from anilist_oauth.html_page import SELF, Content, Markup, Page, Pages, Tone, button, element, form, isolated
from anilist_oauth.login.failure_reason import FailureReason, failure_reason
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.receiver.display_name import display_name
from anilist_oauth.tokens.viewer import Viewer

TICKET, REFUSAL, FRAGMENT = "ticket", "refuse", "fragment"
HERE = "?"  # the same path without the query, whatever prefix a reverse proxy adds
_READ_FRAGMENT = f"""
const fragment = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (fragment) {{
  const form = document.querySelector("form");
  form.elements.{FRAGMENT}.value = fragment;
  form.submit();
}}
"""
_CLOSED = frozenset({"expired", "used", "unknown"})
_NO_NEW_LINK = frozenset({"denied", "cookie", "setup"})  # a new link is not wanted, or would fail in the same way
_STATUS: dict[FailureReason, int] = {"setup": 502, "unavailable": 502, "busy": 503, "store": 503, "failed": 500}
_AT_FAULT = {  # the texts for error codes (RFC 6749 section 4.1.2.1) that mean an outage or a wrong request
    **dict.fromkeys(("server_error", "temporarily_unavailable"), "receiver.refused.unavailable"),
    **dict.fromkeys(
        (
            *("invalid_client", "invalid_request", "invalid_scope"),
            *("unauthorized_client", "unsupported_grant_type", "unsupported_response_type"),
        ),
        "receiver.refused.setup",
    ),
}


@attrs.frozen
class ReceiverPages:
    """The pages of one receiver, with the texts of `pages`."""

    pages: Pages

    def question(self, login: Login, ticket: str, *, viewer: Viewer | None = None) -> Page:
        """Return the page that asks whether to link the AniList account.

        Args:
            login: The login. Its label is the name by which the application knows the reader of the page.
            ticket: The ticket that the buttons send back.
            viewer: The AniList user, if already known.
        """
        pages = self.pages
        asker, label = element("em", pages.asker("receiver.program")), element("em", self._label(login))
        yes = form(HERE, button(pages.fill("receiver.question.yes")), hidden={TICKET: ticket})
        no = form(HERE, button(pages.fill("receiver.question.no"), quiet=True), hidden={TICKET: ticket, REFUSAL: "1"})
        body: list[Content] = []
        if viewer is not None:
            name = element("strong", isolated(display_name(viewer.name, instead="?")))
            body.append(pages.paragraph("receiver.question.viewer", viewer=name))
        if login.label is not None and pages.application is not None:
            body.append(pages.paragraph("receiver.question.asker", application=asker, label=label))
        body += [
            pages.paragraph("receiver.question.text", asker=asker),
            element("div", yes, no, class_="actions"),
            pages.paragraph("receiver.question.advice", soft=True, no=pages.fill("receiver.question.no")),
        ]
        heading = element("span", pages.fill("receiver.question.heading", label=label))
        return self._page("question", body, heading=heading, form_action=True)

    def linked(self, done: CompletedLogin) -> Page:
        """Return the page that says which account was linked to whom."""
        viewer = element("strong", isolated(display_name(done.display_name, instead="?")))
        label = element("em", self._label(done.login))
        body = [
            self.pages.paragraph("receiver.linked.text", viewer=viewer, label=label),
            *self._close(),
            self.pages.paragraph("receiver.linked.advice", soft=True),
        ]
        return self._page("linked", body, tone="good")

    def not_me(self) -> Page:
        """Return the page for a visitor who chose "That is not me"."""
        return self._page("not_me", [*self._texts("not_me", "text", "advice"), *self._close()])

    def fragment_reader(self, ticket: str) -> Page:
        """Return a page whose script removes the fragment from the address and sends it to this receiver.

        A browser does not send the fragment by itself.
        """
        body: list[Content] = [
            self.pages.paragraph("receiver.reading.text"),
            self.pages.paragraph("receiver.advice"),
            form(HERE, hidden={TICKET: ticket, FRAGMENT: ""}),
        ]
        return self._page("reading", body, form_action=True, script=_READ_FRAGMENT)

    def closed(self) -> Page:
        """Return the page that says that a login, or a page of it, is no longer open."""
        return self._failure("closed", "receiver.closed.text", status=400)

    def stray(self, status: int = 404) -> Page:
        """Return the page for a request that is not a callback."""
        return self._page("stray", [*self._texts("stray", "text"), *self._buttons()], tone="bad", status=status)

    def full(self) -> Page:
        """Return the page for a visitor who must come back later, because there are too many connections."""
        return self._page("full", [*self._texts("full", "text"), *self._buttons()], tone="bad", status=503)

    def later(self, ticket: str, error: AniListOAuthError) -> Page:
        """Return a page with a button to try again, because the failure consumed nothing."""
        wait = getattr(error, "retry_after", None)
        text = (
            self.pages.paragraph("receiver.later.seconds", seconds=f"{wait:.0f}")
            if wait
            else self.pages.paragraph("receiver.later.text")
        )
        again = form(HERE, button(self.pages.fill("again")), hidden={TICKET: ticket})
        body: list[Content] = [text, element("div", again, class_="actions")]
        return self._page("later", body, tone="bad", form_action=True, status=503)

    def failed(self, error: AniListOAuthError) -> Page:
        """Return the page that explains an error to a person. The program that waits for the login gets the error."""
        reason = failure_reason(error)
        if isinstance(error, AccessDeniedError):
            body = [*self._texts("denied", "text"), *self._close()]
            return self._page("denied", body, status=200 if error.verified else 400)
        page = "closed" if reason in _CLOSED else reason
        text = f"receiver.{page}.text"
        if isinstance(error, AuthorizationError) and error.verified:  # otherwise anybody may have forged its code
            text = _AT_FAULT.get(error.error, text)
        return self._failure(page, text, status=_STATUS.get(reason, 400))

    def _failure(self, page: str, text: str, *, status: int) -> Page:
        body = [self.pages.paragraph(text)]
        if page not in _NO_NEW_LINK:
            body.append(self.pages.paragraph("receiver.advice"))
        return self._page(page, [*body, *self._buttons()], tone="bad", status=status)

    def _texts(self, page: str, *parts: str) -> list[Markup]:
        return [self.pages.paragraph(f"receiver.{page}.{part}") for part in parts]

    def _close(self) -> list[Markup]:
        """Return a button that leads back, or else the sentence that the page can be closed."""
        return self._buttons() or [self.pages.paragraph("close")]

    def _buttons(self) -> list[Markup]:
        home = self.pages.way_home()
        return [element("div", *home, class_="actions")] if home else []

    def _label(self, login: Login) -> Markup:
        label = display_name(login.label, instead="")
        return isolated(label) if label else self.pages.asker("receiver.program")

    def _page(
        self,
        name: str,
        body: list[Content] | list[Markup],
        *,
        heading: Content | None = None,
        tone: Tone = "plain",
        form_action: bool = False,
        script: str | None = None,
        status: int = 200,
    ) -> Page:
        return self.pages.render(
            title=f"receiver.{name}.title",
            heading=heading,
            body=body,
            tone=tone,
            form_action=[SELF] if form_action else (),
            script=script,
            status=status,
        )
