"""Convert a database's errors to `StorageError`, because they contain the values of a statement, such as tokens."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import clean

# Classes of SQLSTATE: lost connection, conflict, too few resources, operator, system error. And lock_not_available.
RETRYABLE_SQLSTATES = ("08", "40", "53", "57", "58", "55P03")
RETRYABLE_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def storage_error(error: BaseException, *, database: str, secrets: tuple[str, ...]) -> StorageError:
    """Return an error with the first line of the driver's message. The other lines may contain a row."""
    driver = getattr(error, "orig", None) or error
    driver = driver.__cause__ or driver  # SQLAlchemy wraps asyncpg's error in another one
    if isinstance(error, StorageError):
        return error
    if isinstance(error, TimeoutError | PoolTimeoutError):
        return StorageError(f"the {database} store took longer than allowed", retryable=True)
    lines = str(driver.args[-1] if driver.args else "").splitlines() or [""]  # an OSError's first is errno
    said = clean(lines[0], secrets=secrets)
    return StorageError(
        f"the {database} store failed: {type(driver).__name__}: {said}", retryable=_retryable(error, driver)
    )


def _retryable(error: BaseException, driver: BaseException) -> bool:
    if isinstance(driver, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    if type(driver).__name__ == "InternalClientError":  # asyncpg raises it if a connection breaks during a statement
        return True
    state = getattr(driver, "sqlstate", None) or ""
    sqlite_code = getattr(driver, "sqlite_errorcode", 0) & 0xFF  # the other bits are details
    return state.startswith(RETRYABLE_SQLSTATES) or sqlite_code in RETRYABLE_SQLITE
