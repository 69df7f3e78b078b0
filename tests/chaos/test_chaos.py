"""Each kind of store goes through a storm of 500 logins, and no login breaks a rule.

``ANILIST_CHAOS_SEED=7 ANILIST_CHAOS_LOGINS=20000 python -m pytest tests/chaos -k redis`` runs another storm, of any
length. A failure names its seed and tells the story of the login. The same seed draws the same plans and faults, but
the timing of processes differs from run to run.
"""

import os
from pathlib import Path

import pytest

from tests.chaos.grounds import GROUNDS
from tests.chaos.storm import Storm, storm

SEED = int(os.environ.get("ANILIST_CHAOS_SEED", "1"))
LOGINS = int(os.environ.get("ANILIST_CHAOS_LOGINS", "500"))
SHOWN = 3  # stories of a failure


def failure(run: Storm, name: str) -> str:
    """Return the broken rules and their stories, or an empty text."""
    broken = list(run.broken_rules())
    stories = list({id(story): (rule, story) for rule, story in reversed(broken)}.values())[-SHOWN:]
    pieces = [
        f"{len(broken)} broken rules; ANILIST_CHAOS_SEED={run.seed} ANILIST_CHAOS_LOGINS={len(run.stories)} {name}"
    ]
    for rule, story in reversed(stories):
        pieces += ["", rule, str(story.plan), *story.lines]
    return "\n".join(pieces) if broken else ""


@pytest.mark.slow
@pytest.mark.requirement("R6")
@pytest.mark.requirement("R7")
@pytest.mark.requirement("R10")
@pytest.mark.requirement("R11")
@pytest.mark.requirement("R13")
@pytest.mark.parametrize("name", GROUNDS)
async def test_no_login_breaks_a_rule_in_a_storm(name: str, tmp_path: Path) -> None:
    """Workers die and freeze, the network and the store fail, and browsers come twice or too late."""
    async with storm(name, tmp_path, seed=SEED, logins=LOGINS) as run:
        await run.run()
        if told := failure(run, name):
            pytest.fail(told, pytrace=False)
        successes = sum(any(told.success for told in story.told) for story in run.stories)
        assert successes > LOGINS / 2
