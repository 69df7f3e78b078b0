"""What the tests of the sandbox's GraphQL share."""

import pytest

from tests.sandbox.graphql.world import Asker


@pytest.fixture
def anilist() -> Asker:
    """Give a fresh world and somebody who asks."""
    return Asker()
