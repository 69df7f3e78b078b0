"""The root conftest of somebody's bot."""

pytest_plugins = ["anilist_oauth.sandbox.pytest_plugin"]
