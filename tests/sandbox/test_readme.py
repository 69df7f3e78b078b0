"""The sandbox's README keeps its word."""

import re
from typing import Any

from anilist_oauth.sandbox import Fault, Sandbox, SandboxThread
from tests.readme import blocks, room

README = room("sandbox").read_text(encoding="utf-8")


async def test_the_example_runs(anilist_sandbox: SandboxThread) -> None:
    """As it stands there."""
    (source,) = blocks(readme=room("sandbox"))["In a test"]
    names: dict[str, Any] = {}
    exec(source, names)
    await names["test_progress_is_saved"](anilist_sandbox)


def test_everything_it_names_is_there() -> None:
    """Each method of its table is one of the fixture's."""
    named = set(re.findall(r"`sandbox\.(\w+)", README))
    assert {"approve", "media", "entry", "node", "strict", "advance"} <= named
    assert named <= set(dir(SandboxThread(Sandbox())))
    assert Fault(status=503).status == 503
