"""The command ``anilist-oauth``, also available as ``python -m anilist_oauth``."""

import sys

_INSTALL = """\
Install it with one of:
pipx install --force 'anilist-oauth[cli]'
uv tool install 'anilist-oauth[cli]'
pip install 'anilist-oauth[cli]'"""


def main() -> None:
    """Run the command line."""
    try:
        from anilist_oauth.cli import app
    except ImportError as error:
        if (error.name or "").startswith("anilist_oauth"):
            raise
        sys.exit(f"The command line needs {error.name}, which is not installed. {_INSTALL}")
    app(prog_name="anilist-oauth")


if __name__ == "__main__":
    main()
