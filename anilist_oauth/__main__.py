"""``anilist-oauth``, also as ``python -m anilist_oauth``."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from anilist_oauth.cli import app
    except ImportError as error:
        if (error.name or "").startswith("anilist_oauth"):
            raise
        sys.exit("pip install 'anilist-oauth[cli]'")
    app(prog_name="anilist-oauth")


if __name__ == "__main__":
    main()
