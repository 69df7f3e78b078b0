"""Pages in German or Japanese: each text has a name, and a file of texts is a translation.

`pages_de.json` and `pages_ja.json` beside this file are whole translations to take over; `Pages.ENGLISH` has all names.
Change single texts as you like: where "du" is too familiar, or a bot should say more.
"""

import json
from pathlib import Path

from anilist_oauth import LoginFlow, Pages
from anilist_oauth.receiver import CallbackReceiver


def pages_in(language: str) -> Pages:
    """Read a translation, and say whose pages they are."""
    texts = json.loads(Path(__file__).with_name(f"pages_{language}.json").read_text(encoding="utf-8"))
    return Pages(application="AniBot", home="https://discord.com/channels/@me", texts=texts)


def receiver(flow: LoginFlow) -> CallbackReceiver:
    """Receive people in German."""
    return CallbackReceiver(flow, bind=("127.0.0.1", 8080), pages=pages_in("de"))
