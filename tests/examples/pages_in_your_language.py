"""Pages in German or Japanese. Each text has a name, and a translation is a file of texts.

You may copy `pages_de.json` and `pages_ja.json` from this folder, which translate every text, and change single texts,
for example if "du" is too familiar for your users. `Pages.ENGLISH` has all names.
"""

import json
from pathlib import Path

from anilist_oauth import LoginFlow, Pages
from anilist_oauth.receiver import CallbackReceiver


def pages_in(language: str) -> Pages:
    """Read a translation, and name the application and its contact on the pages."""
    texts = json.loads(Path(__file__).with_name(f"pages_{language}.json").read_text(encoding="utf-8"))
    return Pages(application="AniBot", home="https://discord.com/channels/@me", texts=texts)


def receiver(flow: LoginFlow) -> CallbackReceiver:
    """Make a receiver whose pages are in German."""
    return CallbackReceiver(flow, bind=("127.0.0.1", 8080), pages=pages_in("de"))
