"""The pages of a web application. They explain a failed login or an outage, or ask whether to link an account."""

from urllib.parse import urlencode

from anilist_oauth.errors import ServiceError
from anilist_oauth.html_page import SELF, Content, Markup, Page, Pages, button, element, form, isolated, source
from anilist_oauth.login.failure_reason import failure_reason
from anilist_oauth.web.failures import REASONS, WebFailureReason, status_of

_CAUSES = ("off", "browser", "host", "user")  # causes of a missing cookie, each with its advice
_NO_LOGIN = frozenset({"setup", "sign_in"})  # a new login would fail in the same way


def failed_page(reason: str | None, *, login: str, return_to: str | None = None, pages: Pages | None = None) -> Page:
    """Return a page that says why a login failed and what to do, with a button to start again.

    The page repeats nothing from the request, because a stranger may have written it.

    Args:
        reason: A word in `REASONS`. Any other text results in the page for an unknown login.
        login: The address where a login begins, without a query.
        return_to: Where the person wanted to go afterwards, which must have been checked. The button leads there too.
        pages: The application's name and the language.
    """
    pages = Pages() if pages is None else pages
    word: WebFailureReason = next((known for known in REASONS if known == reason), "unknown")
    target = login if return_to is None else f"{login}?{urlencode({'return_to': return_to})}"
    again = [] if word in _NO_LOGIN else [element("a", pages.fill("web.login"), href=target, class_="button")]
    return _page(pages, word, again, status=status_of(word))


def outage_page(error: ServiceError, *, address: str, pages: Pages | None = None) -> Page:
    """Return a page that says that AniList is down, with a button to open the requested page again.

    Args:
        error: The error that the page's handler raised.
        address: The address of the button: the path and query of a page that was requested with GET.
        pages: The application's name and the language.
    """
    pages = Pages() if pages is None else pages
    word = failure_reason(error)
    return _page(pages, word, [element("a", pages.fill("again"), href=address, class_="button")], status=503)


def link_page(
    *, user: str, action: str, leads_to: str, fields: dict[str, str] | None = None, pages: Pages | None = None
) -> Page:
    """Return a page that asks whether to link an AniList account to the site's user.

    Args:
        user: The site's user, as the application names them.
        action: The address on this site to which the button sends a POST request.
        leads_to: The address to which the response redirects: AniList's authorization endpoint. The page's content
            security policy must allow it.
        fields: Hidden fields of the form.
        pages: The application's name and the language.
    """
    pages = Pages() if pages is None else pages
    yes = form(action, button(pages.fill("web.link.yes")), hidden=fields)
    body: list[Content] = [
        pages.paragraph("web.link.text", user=element("strong", isolated(user)), application=pages.asker("web.site")),
        element("div", yes, *pages.way_home(quiet=True), class_="actions"),
        pages.paragraph("web.link.advice", soft=True),
    ]
    return pages.render(title="web.link.title", body=body, form_action=[SELF, source(leads_to)])


def _page(pages: Pages, word: WebFailureReason, again: list[Markup], *, status: int) -> Page:
    buttons = [*again, *pages.way_home(quiet=bool(again))]
    body: list[Content] = [
        pages.paragraph(f"web.{word}.text"),
        *(_causes(pages) if word == "cookie" else ()),
        pages.paragraph(f"web.{word}.advice"),
        *([element("div", *buttons, class_="actions")] if buttons else ()),
    ]
    return pages.render(
        title=f"web.{word}.title", body=body, tone="plain" if word == "denied" else "bad", status=status
    )


def _causes(pages: Pages) -> list[Markup]:
    return [
        element(
            "dl",
            *(
                element(tag, pages.fill(f"web.cookie.{cause}{end}"))
                for cause in _CAUSES
                for tag, end in (("dt", ""), ("dd", ".advice"))
            ),
        )
    ]
