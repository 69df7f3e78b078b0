"""Receives callbacks for programs without a web site: bots, scripts and command lines.

    async with CallbackReceiver(flow) as receiver:
        login = await receiver.login(subject="discord:42", label="@mika on Discord")
        ...                                       # send login.link privately to that one person
        done = await flow.wait(login)

When somebody comes back from AniList, a page names who asked for the login and asks for confirmation before anything is
exchanged or stored. So a chat's link preview spends nothing, and nobody links their account by accident when they open
another person's link.

Frameworks with start and stop hooks call `open` and `aclose` instead. `Pages` sets the name, the link back and the
language of the pages.

Reading order: `server`, `handler`, `confirmations`, `pages`. `address` and `sockets` open the port, `connections`
limits its connections, and `display_name` makes names that strangers chose safe to show.
"""

from anilist_oauth.html_page import Pages
from anilist_oauth.receiver.server import CallbackReceiver

__all__ = ["CallbackReceiver", "Pages"]
