"""The plugin's fixtures, as a user's root conftest gets them by its name; the example project is run on its own."""

from anilist_oauth.sandbox.pytest_plugin import anilist_sandbox, anilist_sandbox_setup

__all__ = ["anilist_sandbox", "anilist_sandbox_setup"]

collect_ignore = ["project"]
