"""Check each of an application's three settings."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from anilist_oauth.cli.findings import Finding, good, problem
from anilist_oauth.errors import ConfigurationError, InsecureRedirectURIWarning
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.redaction import MaskedText

SETTINGS = "https://anilist.co/settings/developer"
SECRET_LENGTH = 40  # characters; every AniList secret seen so far has this many
CLIENT_ID, CLIENT_SECRET, REDIRECT_URI = "ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET", "ANILIST_REDIRECT_URI"
NOBODY = Application(client_id="none", redirect_uri=PIN_REDIRECT_URI)
"""An application that can only be used for public queries."""


def read_settings(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the three settings from the environment. The secret's repr is masked."""
    return {
        CLIENT_ID: environment.get(CLIENT_ID, ""),
        CLIENT_SECRET: MaskedText(environment.get(CLIENT_SECRET, "")),
        REDIRECT_URI: environment.get(REDIRECT_URI, ""),
    }


def check_forms(settings: Mapping[str, str]) -> tuple[list[Finding], Application | None]:
    """Check the client id, secret and redirect URI.

    Returns:
        The findings, and the application if all three are valid, or else None.
    """
    findings = [
        _quoted("client_id", CLIENT_ID, settings) or _client_id(settings),
        _quoted("client_secret", CLIENT_SECRET, settings) or _client_secret(settings),
        _quoted("redirect_uri", REDIRECT_URI, settings) or _redirect_uri(settings),
    ]
    if any(finding.level == "problem" for finding in findings):
        return findings, None
    with _insecure_allowed():
        application = Application(
            client_id=settings[CLIENT_ID],
            client_secret=settings[CLIENT_SECRET],
            redirect_uri=settings[REDIRECT_URI],
        )
    return findings, application


def _quoted(name: str, variable: str, settings: Mapping[str, str]) -> Finding | None:
    """Find quotes around a value. They may come from a .env file, because not every program removes them."""
    given = MaskedText(settings.get(variable, "").strip())
    if len(given) > 1 and given[0] == given[-1] and given[0] in "\"'":
        return problem(name, f"{variable} contains quotes around the value", "remove the quotes at both ends")
    return None


def _client_id(settings: Mapping[str, str]) -> Finding:
    given = settings.get(CLIENT_ID, "")
    try:
        client_id = Application(client_id=given, redirect_uri=PIN_REDIRECT_URI).client_id
    except ConfigurationError as error:
        return _malformed("client_id", CLIENT_ID, given, error)
    if not (client_id.isascii() and client_id.isdigit()):
        text = "the ID is not a number, as all of AniList's are; it may be the application's name or its secret"
        return problem("client_id", text, f"copy the ID from {SETTINGS} into {CLIENT_ID}")
    return good("client_id", client_id)


def _client_secret(settings: Mapping[str, str]) -> Finding:
    given = MaskedText(settings.get(CLIENT_SECRET, ""))
    try:
        application = Application(client_id=1, client_secret=given, redirect_uri=PIN_REDIRECT_URI)
    except ConfigurationError as error:
        return _malformed("client_secret", CLIENT_SECRET, given, error)
    return good("client_secret", f"{len(application.client_secret or '')} characters")


def _redirect_uri(settings: Mapping[str, str]) -> Finding:
    given = settings.get(REDIRECT_URI, "")
    try:
        with _insecure_allowed() as caught:
            registered = RedirectGuard(given).registered
    except ConfigurationError as error:
        return _malformed("redirect_uri", REDIRECT_URI, given, error)
    note = " (plain http to another machine: only for development)" if caught else ""
    return good("redirect_uri", f"{registered}{note}")


def _malformed(name: str, variable: str, given: str, error: ConfigurationError) -> Finding:
    if not given.strip():
        return problem(name, f"{variable} is not set", f"copy it from {SETTINGS}")
    text = str(error).partition(": ")[2]
    return problem(name, text, f"fix {variable}")


@contextmanager
def _insecure_allowed() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InsecureRedirectURIWarning)
        yield caught
