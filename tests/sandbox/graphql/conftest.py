"""What the tests of the sandbox's GraphQL share."""

import pytest

from tests.sandbox.graphql.world import Asker


@pytest.fixture
def anilist() -> Asker:
    """Return a fresh world, and an account that sends queries."""
    return Asker()
