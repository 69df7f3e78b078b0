"""``tokens``: lists the users whose tokens are stored, and how long the tokens are valid."""

import asyncio
from datetime import UTC, datetime

from anilist_oauth.cli.descriptions import account, days_left
from anilist_oauth.cli.settings import AsJSON, StoreURL, missing_file, store_at
from anilist_oauth.cli.tables import show_table
from anilist_oauth.cli.terminal import say, show_json
from anilist_oauth.redaction import clean
from anilist_oauth.storage import StoredToken

_COLUMNS = ("SUBJECT", "USER", "EXPIRES", "DAYS LEFT", "NEEDS LOGIN")


def tokens(*, store: StoreURL = None, as_json: AsJSON = False) -> None:
    """List the stored logins of every application. The tokens themselves are not shown."""
    stored = [] if missing_file(store) else asyncio.run(_stored(store))
    stored.sort(key=lambda one: (one.client_id, one.subject))
    if as_json:
        show_json([_described(one) for one in stored])
    elif not stored:
        say("No tokens are stored. `anilist-oauth login` stores one.")
    else:
        show_table([_row(one) for one in stored], header=_COLUMNS)


async def _stored(url: str | None) -> list[StoredToken]:
    async with store_at(url) as store:
        return [one async for one in store.tokens.expiring(None)]


def _needs_login(one: StoredToken) -> bool:
    return one.needs_login or one.token.expired(datetime.now(UTC))


def _described(one: StoredToken) -> dict[str, object]:
    return {
        "client_id": one.client_id,
        "subject": one.subject,
        **account(one.user_id, one.viewer, one.token),
        "days_left": days_left(one.token),
        "needs_login": _needs_login(one),
    }


def _row(one: StoredToken) -> tuple[str, ...]:
    expires, days = one.token.expires_at, days_left(one.token)
    return (
        clean(one.subject),
        clean(one.display_name),
        "unknown" if expires is None else f"{expires:%Y-%m-%d}",
        "unknown" if days is None else str(days),
        "yes" if _needs_login(one) else "no",
    )
