"""The reasons why a login failed."""

import logging
from typing import Any

from anilist_oauth import errors
from anilist_oauth.html_page import Pages
from anilist_oauth.login.failure_reason import FAILURE_REASONS
from anilist_oauth.web.failures import REASONS, ReturnToError, ends_login, note, reason_of


def test_a_foreign_return_to_is_a_reason_of_the_web_alone() -> None:
    """All other reasons are those of every kind of login, and no login has ended."""
    assert reason_of(ReturnToError("")) == "return_to"
    assert not ends_login(ReturnToError(""))
    assert reason_of(errors.ConfigurationError("")) == "setup"


def test_every_reason_has_texts() -> None:
    """Each reason has a title, a sentence about what happened, and one about what to do."""
    assert set(REASONS) == {*FAILURE_REASONS, "return_to", "sign_in", "session"}
    texts = {f"web.{reason}.{part}" for reason in REASONS for part in ("title", "text", "advice")}
    assert texts <= set(Pages.ENGLISH)


def test_failures_are_logged(caplog: Any) -> None:
    """A failure that the site's operators can fix is logged as an error, and any other as information."""
    with caplog.at_level(logging.INFO, logger="anilist_oauth"):
        note(errors.InvalidClientError("look at the secret"), "setup")
        note(errors.AccessDeniedError("they declined", verified=True), "denied")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "failure page (setup): look at the secret"),
        ("INFO", "failure page (denied): they declined"),
    ]
    fields = [(record.event, record.reason) for record in caplog.records]
    assert fields == [("failure_page", "setup"), ("failure_page", "denied")]
