"""Find out why logins fail. This needs no user and changes no token."""

import platform
from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp

from anilist_oauth.cli.findings import Finding, good, problem, similar_uris, unknown
from anilist_oauth.cli.proxy import Proxy
from anilist_oauth.cli.response_headers import Witness
from anilist_oauth.cli.settings_check import NOBODY, REDIRECT_URI, SECRET_LENGTH, SETTINGS, check_forms
from anilist_oauth.clock import utc_now
from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ConnectionFailedError,
    ExchangeError,
    GraphQLError,
    InvalidClientError,
    InvalidCodeError,
    OutcomeUnknownError,
    RateLimitedError,
    ReceiverError,
    ServiceError,
    ServiceUnavailableError,
)
from anilist_oauth.http_messages import ADDRESS_REFUSED
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.receiver.address import loopback_addresses
from anilist_oauth.receiver.sockets import open_sockets
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import Store
from anilist_oauth.version import __version__

_NO_CODE = "anilist-oauth-doctor"  # no server ever issued this code


async def diagnose(
    settings: Mapping[str, str],
    *,
    endpoints: Endpoints,
    store: Store,
    proxy: Proxy | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> list[Finding]:
    """Check everything that a login needs.

    Args:
        settings: The result of `read_settings`.
        endpoints: AniList's endpoints, or those of a sandbox.
        store: The store, which has not been opened.
        proxy: The proxy for requests.
        clock: Returns this machine's time (aware).

    Returns:
        The findings, in the order in which they should be shown.
    """
    findings, application = check_forms(settings)
    if all(finding.name != "redirect_uri" or finding.level == "good" for finding in findings):
        findings.append(check_port(settings[REDIRECT_URI]))
    findings.append(await check_store(store))
    findings += await check_service(application, endpoints=endpoints, proxy=proxy, clock=clock)
    return [check_versions(), *findings]


def check_versions() -> Finding:
    """Report the versions that belong in a bug report."""
    system = f"Python {platform.python_version()}, aiohttp {aiohttp.__version__}, {platform.platform(terse=True)}"
    return good("version", f"anilist-oauth {__version__}, {system}")


def check_port(redirect_uri: str) -> Finding:
    """Check that the redirect URI's port can be opened, if the redirect URI is on this machine."""
    try:
        addresses = loopback_addresses(redirect_uri)
    except ConfigurationError:
        return good("port", "not needed: the redirect URI is not on this machine")
    try:
        sockets = open_sockets(addresses)
    except ReceiverError as error:
        return problem("port", str(error))
    for opened in sockets:
        opened.close()
    return good("port", f"{addresses[0][1]} is free")


async def check_store(store: Store) -> Finding:
    """Check that the store can be opened and read."""
    try:
        async with store:
            await store.tokens.get("doctor", client_id="doctor")
    except (AniListOAuthError, ImportError) as error:
        return problem("store", str(error), "choose another store with --store or ANILIST_STORE")
    return good("store", "can be opened and read")


async def check_service(
    application: Application | None,
    *,
    endpoints: Endpoints,
    proxy: Proxy | None = None,
    clock: Callable[[], datetime],
) -> list[Finding]:
    """Check that AniList answers and accepts the application, and report its clock and rate limit."""
    witness, through = Witness(clock), None if proxy is None else proxy.url
    try:
        opening = OAuthSession(application or NOBODY, endpoints=endpoints, proxy=through, trace_configs=[witness.trace])
    except ConfigurationError as error:  # only the proxy can be wrong here
        return [problem("proxy", str(error), f"fix {proxy and proxy.source}, or remove it")]
    async with opening as session:
        reached = await _reached(session)
        together = await _together(session, application, reached)
    limit = [] if "rate_limit" in {reached.name, together.name} else [witness.rate_limit(endpoints.graphql)]
    named = [] if proxy is None else [good("proxy", f"requests go through {proxy}")]
    return [*named, _by_way_of(proxy, reached), _by_way_of(proxy, together), witness.clock(), *limit]


def _by_way_of(proxy: Proxy | None, finding: Finding) -> Finding:
    """Mention the proxy in a network problem, because it is the first thing to check."""
    if proxy is None or (finding.name, finding.level) != ("network", "problem"):
        return finding
    return problem("network", finding.text, f"check the proxy {proxy}, and whether NO_PROXY should list the host")


async def _together(session: OAuthSession, application: Application | None, reached: Finding) -> Finding:
    """Check the application with AniList, if its settings are valid and AniList can be reached.

    An outage that was already found is not reported a second time.
    """
    if application is None:
        return unknown("application", "not checked with AniList: fix the problems above first")
    if (reached.name, reached.level) == ("network", "problem"):
        return unknown("application", "not checked: AniList cannot be reached")
    accepted = await _accepted(session, application)
    if (accepted.name, accepted.level) == (reached.name, "problem"):
        return unknown("application", "not checked: AniList is not available")
    return accepted


async def _reached(session: OAuthSession) -> Finding:
    try:
        await session.graphql("{ __typename }", max_wait=1.0)
    except GraphQLError:
        pass  # AniList answered, and nothing else is checked here
    except ServiceError as error:
        return _failing(error)
    return good("network", f"{session.endpoints.graphql.host} answers")


async def _accepted(session: OAuthSession, application: Application) -> Finding:
    """Try to exchange a code that cannot be valid. AniList's error shows which settings it has accepted before it."""
    try:
        await session.exchange_code(_NO_CODE)
    except InvalidCodeError as error:
        if error.error == "invalid_grant":
            return unknown(
                "application", "client id and secret are right; the redirect URI is not checked at this step"
            )
        return good("application", "client id, secret and redirect URI are right")
    except InvalidClientError:
        return _one_of_three(application)
    except ExchangeError as error:
        return problem("application", str(error), f"compare all three with {SETTINGS}")
    except ServiceError as error:
        return _failing(error)
    return problem("anilist", "the server accepted a made-up code, so it is not AniList", "check --endpoints")


def _one_of_three(application: Application) -> Finding:
    length = len(application.client_secret or "")
    odd = "" if length == SECRET_LENGTH else f" (secrets of AniList have {SECRET_LENGTH})"
    text = (
        "AniList does not accept the application. One of these differs from its settings at AniList:\n"
        f"  client id      {application.client_id}\n"
        f"  client secret  {length} characters{odd}\n"
        f"  redirect URI   {application.redirect_uri}"
    )
    usual = "".join(f"\n  {uri}" for uri in similar_uris(application.redirect_uri))
    also = f"; common mistakes with this URI:{usual}" if usual else ""
    return problem("application", text, f"compare each with {SETTINGS}{also}")


def _failing(error: ServiceError) -> Finding:
    match error:
        case ConnectionFailedError() | OutcomeUnknownError():
            return problem("network", str(error), "check this machine's connection, DNS, proxy and firewall")
        case RateLimitedError():
            return problem("rate_limit", str(error), "wait; everything at this IP address shares one limit")
        case ServiceUnavailableError() if str(error).startswith(ADDRESS_REFUSED):
            return problem("anilist", str(error), "your settings may be right; only this IP address was refused")
        case ServiceUnavailableError():
            return problem("anilist", str(error), "wait; your settings are not the cause")
        case _:
            return problem("anilist", str(error), "check --endpoints, and any proxy on the way to AniList")
