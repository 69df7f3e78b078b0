"""What is said about a failed login."""

import logging
from typing import Any

from anilist_oauth import errors
from anilist_oauth.html_page import Pages
from anilist_oauth.login.failure_reason import FAILURE_REASONS
from anilist_oauth.web.failures import REASONS, ReturnToError, ends_login, note, reason_of


def test_a_foreign_return_to_is_a_reason_of_the_web_alone() -> None:
    """All others are those of every door; no login has ended."""
    assert reason_of(ReturnToError("")) == "return_to"
    assert not ends_login(ReturnToError(""))
    assert reason_of(errors.ConfigurationError("")) == "setup"


def test_every_word_has_its_texts() -> None:
    """Each reason is explained: its title, what happened, what to do."""
    assert set(REASONS) == {*FAILURE_REASONS, "return_to", "sign_in", "session"}
    texts = {f"web.{reason}.{part}" for reason in REASONS for part in ("title", "text", "advice")}
    assert texts <= set(Pages.ENGLISH)


def test_the_log_is_told(caplog: Any) -> None:
    """What the site's people can fix is an error there, the rest is for information."""
    with caplog.at_level(logging.INFO, logger="anilist_oauth"):
        note(errors.InvalidClientError("look at the secret"), "setup")
        note(errors.AccessDeniedError("they declined", verified=True), "denied")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "login failed (setup): look at the secret"),
        ("INFO", "login failed (denied): they declined"),
    ]
