"""The HTML frame of every page that people see, and the texts of the pages.

    page = render(
        title="Connect AniList",
        body=[element("p", "Link AniList to ", isolated(label), "?"), form("/begin", button("Connect"))],
        form_action=["'self'"],
    )
    return web.Response(status=page.status, headers=page.headers, body=page.body)

A page is plain HTML and CSS in one response, light and dark, for phone and desktop. Its content security policy allows
only its style sheet, one script if it has one (both by hash), the application's icon, and forms to the sources named in
`form_action`. It is never cached, framed or sent as a referrer.

Text is escaped unless it is `Markup`, which only the functions here create. A `str` in a page's body becomes a
paragraph. Use `element` for other elements, `form` and `button` for forms, `isolated` for names that somebody chose.

Reading order: `elements`, `page`, `style`. `texts` has every text by its public name, `pages` sets the application's
name and the language, and `browser_headers` tells a person's visit from a program's.
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
