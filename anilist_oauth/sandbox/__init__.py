"""A stand-in for AniList on loopback, for tests and for trying things out. It imitates pages, answers and errors.

    async with Sandbox() as sandbox:
        async with sandbox.session() as anilist:
            url = anilist.authorize_url()
            callback = await sandbox.approve(url)

It uses only the endpoints, the application and the pages of this package, so that it cannot share the client's
mistakes. It answers like thephpleague/oauth2-server under Laravel Passport, whose answers were recorded. Reading
order: `server`, `controls`, `service`, then the rooms `oauth`, `website` and `graphql`.
"""

_EXTRA = {"cryptography", "graphql", "jwt"}

try:
    from anilist_oauth.sandbox.faults import EndpointName, Fault, WeatherName
    from anilist_oauth.sandbox.graphql.errors import Finding, findings
    from anilist_oauth.sandbox.graphql.nodes import schema_text
    from anilist_oauth.sandbox.messages import ReceivedRequest
    from anilist_oauth.sandbox.oauth.authorization import DenialName
    from anilist_oauth.sandbox.oauth.server_versions import GenerationName
    from anilist_oauth.sandbox.people import User
    from anilist_oauth.sandbox.server import Sandbox
    from anilist_oauth.sandbox.service import NoCallbackError
    from anilist_oauth.sandbox.thread import SandboxThread
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] not in _EXTRA:
        raise
    raise ImportError(
        f"The sandbox needs {_missing.name}, which is not installed. pip install 'anilist-oauth[sandbox]'"
    ) from _missing

__all__ = [
    "DenialName",
    "EndpointName",
    "Fault",
    "Finding",
    "GenerationName",
    "NoCallbackError",
    "ReceivedRequest",
    "Sandbox",
    "SandboxThread",
    "User",
    "WeatherName",
    "findings",
    "schema_text",
]
