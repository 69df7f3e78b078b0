"""Receive callbacks in programs without a web site: bots, scripts and command lines.

    async with CallbackReceiver(flow) as receiver:
        login = await receiver.login(subject="discord:42", label="@mika on Discord")
        ...                                       # send login.link privately to this one person
        done = await flow.wait(login)

When somebody comes back from AniList, a page shows whose login it is and asks for confirmation. Before that, nothing is
exchanged or stored. So link previews in chats do no harm, and somebody who opens another person's link does not link
their account by accident.

In a framework with start and stop hooks, call `open` and `aclose` instead of using ``async with``. `Pages` sets the
application's name, the link back and the language of the pages.

Reading order: `server`, `handler`, `confirmations`, `pages`. `address` and `sockets` open the port, `connections`
limits its connections, and `display_name` makes names safe to show.
"""

from anilist_oauth.html_page import Pages
from anilist_oauth.receiver.server import CallbackReceiver

__all__ = ["CallbackReceiver", "Pages"]
