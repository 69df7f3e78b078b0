"""What starting the command line costs."""

import subprocess
import sys

LATER = ("rich", "aiohttp.web", "sqlalchemy", "platformdirs", "graphql", "jwt", "cryptography")
OURS = ("anilist_oauth.receiver", "anilist_oauth.sandbox")


def test_what_one_command_needs_is_not_imported_for_all() -> None:
    """Neither a web server nor a database nor the sandbox, before a command asks for it."""
    program = f"import sys, anilist_oauth.cli; print([name for name in {LATER + OURS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
