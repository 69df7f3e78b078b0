"""The tests of somebody's script, which knows nothing of asyncio."""

import json
import urllib.error
import urllib.request

import pytest

from anilist_oauth.sandbox import Sandbox, SandboxThread


@pytest.fixture
def anilist_sandbox_setup() -> Sandbox:
    """Two users, and today's limit."""
    return Sandbox(users=["rin", "mika"], graphql_limit=2)


def test_the_limit_is_met(anilist_sandbox: SandboxThread) -> None:
    """The third request in a minute is one too many."""
    assert anilist_sandbox.user.name == "rin"
    body = json.dumps({"query": "{ Viewer { id } }"}).encode()
    request = urllib.request.Request(str(anilist_sandbox.endpoints.graphql), data=body)
    statuses = []
    for _ in range(3):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        statuses.append(caught.value.code)
        caught.value.close()
    assert statuses == [400, 400, 429]
