"""Each test of the suite fails with an adapter that has the fault which the test must find."""

import inspect
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import AniListOAuthError, LoginTimeoutError
from anilist_oauth.web.conformance import suite
from tests.web.conformance import faults
from tests.web.conformance.faults import Fault, answers, cookies, faulty, headers, leads, status, without_header

SUITE = suite()
LATE = (AssertionError, LoginTimeoutError, pytest.fail.Exception)
QUERY_LOST = Fault(ask=lambda scope: scope.update(query_string=b""))


def site(**changes: Any) -> Fault:
    """Leave an option out, or set it wrongly."""
    return Fault(site=lambda given: attrs.evolve(given, **changes))


def hook(change: Callable[[Any], Any]) -> Fault:
    """Call another hook than the application's."""
    return Fault(site=lambda given: attrs.evolve(given, subject=given.subject and change(given.subject)))


def swallowing(subject: Callable[[Mapping[str, str]], Any]) -> Callable[[Mapping[str, str]], str | None]:
    """Take a hook that fails for one that finds nobody."""

    def nobody(cookies: Mapping[str, str]) -> str | None:
        try:
            found: str | None = subject(cookies)
        except AniListOAuthError:
            return None
        return found

    return nobody


def is_json(answer: faults.Answer) -> None:
    """Leave the login's address out."""
    if answer.status == 401:
        answer.body = b'{"detail": "log in with AniList"}'


def sends_back(answer: faults.Answer) -> None:
    """Send whoever sent a form back to it."""
    if answer.method == "POST":
        answer.lead(lambda where: f"{where}?return_to=%2Fmine")


def lenient(sent: faults.Headers) -> faults.Headers:
    """Read cookies as a lenient parser does."""
    return [(name, value.replace(b", ", b"; ") if name == b"cookie" else value) for name, value in sent]


FAULTS: dict[str, Fault] = {
    # logins
    "test_a_person_logs_in": leads(r"^/\?tab=2$", "/"),
    "test_logins_in_several_tabs_do_not_interfere": QUERY_LOST,
    "test_the_oldest_of_six_tabs_is_given_up": cookies("Max-Age=0;", None),
    "test_a_callback_is_shown_again_within_a_minute": cookies("Max-Age=60;", "Max-Age=0;"),
    "test_a_double_click_at_anilist_logs_in_once": cookies("Max-Age=60;", "Max-Age=0;"),
    "test_a_used_cookie_is_kept_for_a_minute": cookies("Max-Age=60;", "Max-Age=600;"),
    "test_a_denial_is_explained": status(400, 200),
    "test_an_expired_login_is_explained": answers(faults.adds_cookie),
    "test_the_cookie_lives_as_long_as_the_login": cookies("; HttpOnly", ""),
    "test_over_https_only_this_host_can_set_the_cookie": cookies("; Secure", ""),
    "test_a_prefetch_begins_and_finishes_nothing": without_header(b"sec-purpose", b"purpose", b"x-moz"),
    "test_an_account_is_linked_to_the_signed_in_user": site(subject=None),
    "test_an_error_of_the_subject_hook_is_explained": hook(swallowing),
    "test_an_application_may_be_mounted_under_a_prefix": leads("^/bot", ""),
    "test_a_proxy_may_remove_the_prefix": leads("^/bot", ""),
    "test_the_paths_can_be_chosen": site(login_path="/login/anilist"),
    "test_routes_can_be_added_without_init_app": status(303, 404, at="/login/anilist"),
    "test_the_lifespan_closes_what_it_opened": Fault(leaves_open=True),
    # failures
    "test_the_application_may_explain_errors_itself": site(on_error=None),
    "test_a_login_that_cannot_begin_is_explained": answers(faults.adds_cookie),
    "test_an_outage_is_explained": leads("unavailable", "failed"),
    "test_an_error_of_on_login_is_explained": status(303, 500, at="/callback"),
    "test_an_unknown_reason_gets_a_page": answers(faults.repeats_query),
    "test_an_outage_in_a_handler_is_a_page": status(503, 500),
    # mistakes
    "test_a_wrong_application_is_refused": Fault(forgives=True),
    "test_an_argument_of_a_wrong_type_is_refused": Fault(forgives=True),
    # required
    "test_a_person_is_sent_to_log_in_and_back": status(303, 302),
    "test_a_program_gets_401": status(401, 403),
    "test_a_program_is_told_where_the_login_is": answers(is_json),
    "test_a_form_is_not_sent_again": answers(sends_back),
    "test_a_refused_token_leads_to_the_login": status(303, 500),
    "test_an_unsafe_address_is_not_returned_to": answers(faults.offers_any_page),
    # requirements
    "test_no_page_keeps_code_or_state": answers(faults.names_itself),
    "test_a_return_to_another_site_begins_no_login": QUERY_LOST,
    "test_a_return_to_of_this_site_is_kept": QUERY_LOST,
    "test_the_host_header_is_ignored": answers(faults.trusts_host),
    "test_a_stolen_callback_is_refused": faults.shares_cookies(),
    "test_a_login_of_a_bot_is_refused": Fault(instead=faults.finishes_for_anybody),
    "test_any_missing_piece_is_refused": faults.shares_cookies(),
    "test_two_clients_do_not_take_each_others_logins": leads("unknown", "cookie"),
    "test_nonsense_is_answered": status(303, 500, at="/callback"),
    "test_no_text_of_a_request_is_shown": answers(faults.repeats_query),
    # strangers
    "test_a_planted_cookie_is_not_taken_for_a_binding": headers(lenient),
    "test_a_login_of_another_user_is_refused": hook(lambda _: lambda _cookies: "alice"),
    "test_a_sign_in_is_refused_if_somebody_has_signed_in_since": hook(lambda _: lambda _cookies: None),
    "test_a_visitor_from_another_site_must_confirm": without_header(
        b"sec-fetch-site", also=[(b"sec-fetch-site", b"same-origin")]
    ),
    "test_a_visitor_from_the_site_itself_need_not_confirm": without_header(b"sec-fetch-site", b"referer"),
    "test_a_sign_in_may_begin_on_any_site": answers(faults.asks_sign_ins_too),
    "test_nobody_is_signed_in_silently": site(sign_in=True),
    "test_a_site_that_forgets_is_explained": leads("^.*reason=session.*$", "/login/anilist"),
    "test_a_store_that_forgets_is_explained": cookies(r"\.again;", ";"),
    "test_a_token_that_is_refused_at_once_is_explained": leads("^.*reason=session.*$", "/login/anilist"),
    "test_the_return_to_of_a_sign_in_must_be_short": QUERY_LOST,
    "test_the_failure_page_keeps_return_to": leads("&return_to=.*", ""),
}


def cases() -> list[Any]:
    """Give each test of the suite, with each of its sets of arguments."""
    every = []
    for name, test in SUITE.items():
        marks = [mark for mark in test.pytestmark if mark.name == "parametrize"]
        for number, sets in enumerate(itertools.product(*(mark.args[1] for mark in marks))):
            arguments = {mark.args[0]: value for mark, value in zip(marks, sets, strict=True)}
            every.append(pytest.param(name, arguments, id=f"{name}-{number}"))
    return every


def test_every_check_has_its_fault() -> None:
    """There is a fault for each test of the suite."""
    assert set(FAULTS) == set(SUITE)


@pytest.mark.parametrize(("name", "arguments"), cases())
async def test_a_fault_is_found(name: str, arguments: dict[str, Any]) -> None:
    """The test for a fault finds it, with all of its arguments."""
    test = SUITE[name]
    async with faulty(FAULTS[name]) as (adapter, opened):
        if "adapter_site" in inspect.signature(test).parameters:
            arguments = arguments | {"adapter_site": adapter}
        with pytest.raises(LATE):
            await test(opened, **arguments)


async def test_without_a_fault_nothing_is_found() -> None:
    """The code that adds the faults changes nothing by itself."""
    for name in (
        "test_a_person_logs_in",
        "test_the_lifespan_closes_what_it_opened",
        "test_a_stolen_callback_is_refused",
    ):
        async with faulty(Fault()) as (_, opened):
            await SUITE[name](opened)
