"""The HTML shell of every page that a person sees, and the words on the pages of both doors.

    page = render(
        title="Connect AniList",
        body=[element("p", "Link AniList to ", isolated(label), "?"), form("/begin", button("Connect"))],
        form_action=["'self'"],
    )
    return web.Response(status=page.status, headers=page.headers, body=page.body)

A page is plain HTML and CSS in one answer, light and dark, for phone and desktop. Its content security policy allows
its own style sheet, one script if it has one (both by hash), the application's icon, and forms to the sources named in
`form_action`; nothing else. It is never stored, framed or named in a referrer.

Text is escaped unless it is `Markup`, which only the functions here make. A `str` in a page's body is a paragraph;
`element` makes anything else, `form` and `button` the usual, `isolated` is for names that somebody chose.

Reading order: `elements`, `page`, `style`; `texts` has every sentence by its public name, `pages` says whose pages they
are and in which language; `browser_headers` tells a person's visit from a program's.
"""

from anilist_oauth.html_page.elements import Content, Markup, button, element, escape, form, isolated, source
from anilist_oauth.html_page.page import SELF, Page, Tone, render
from anilist_oauth.html_page.pages import Pages
from anilist_oauth.html_page.style import STYLE

__all__ = [
    "SELF",
    "STYLE",
    "Content",
    "Markup",
    "Page",
    "Pages",
    "Tone",
    "button",
    "element",
    "escape",
    "form",
    "isolated",
    "render",
    "source",
]
