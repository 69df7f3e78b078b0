"""The callback's door for programs without a web page of their own: bots, scripts, command lines.

    async with CallbackReceiver(flow) as receiver:
        login = await receiver.login(subject="discord:42", label="@mika on Discord")
        ...                                       # send login.link to that one person, in private
        done = await flow.wait(login)

Whoever comes back from AniList is asked once more, by a page that names who wanted the login, before anything is
exchanged or stored. So a chat's link preview spends nothing, and somebody who opens another person's link does not
hand over an account unasked.

A framework that has hooks for its start and its end calls `open` and `aclose` instead. `Pages` gives the pages a name,
a way back and a language.

Reading order: `server`, `handler`, `confirmations`, `pages`; `address` and `sockets` open the port, `connections`
holds it against strangers, `display_name` makes their names fit to be shown.
"""

from anilist_oauth.html_page import Pages
from anilist_oauth.receiver.server import CallbackReceiver

__all__ = ["CallbackReceiver", "Pages"]
