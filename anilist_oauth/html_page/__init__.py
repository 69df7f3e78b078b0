"""The HTML layout and the texts of every page that people see.

    page = render(
        title="Connect AniList",
        body=[element("p", "Link AniList to ", isolated(label), "?"), form("/begin", button("Connect"))],
        form_action=["'self'"],
    )
    return web.Response(status=page.status, headers=page.headers, body=page.body)

A page is one response of plain HTML and CSS, with a light and a dark theme, for phones and desktops. Its content
security policy allows only its style sheet and its script (both by hash), the application's icon, and forms to the
sources in `form_action`. The headers forbid browsers to cache the page, to frame it, or to send its address as a
referrer.

Text is escaped unless it is `Markup`, which only the functions here create. A `str` in a page's body becomes a
paragraph. Use `element` for other elements, `form` and `button` for forms, `isolated` for names that somebody chose.

Reading order: `elements`, `page`, `style`. `texts` has every text by its public name. `pages` sets the application's
name and the language. `browser_headers` distinguishes the visits of people from those of programs.
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
