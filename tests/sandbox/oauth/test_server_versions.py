"""Every generation answers as the real one was recorded to."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from anilist_oauth.sandbox import GenerationName, Sandbox
from tests.sandbox.probes import (
    CHALLENGE,
    HTTPS,
    LOOPBACK,
    SECRET,
    VERIFIER,
    Play,
    Prober,
    Seen,
    approve,
    as_json,
    as_multipart,
    basic,
    deny,
    look,
    posted,
    refresh,
    token,
    with_headers,
)

RECORDED = Path(__file__).parents[2] / "recorded" / "league_oauth2_server.json"
JSON = {"Accept": "application/json"}
ODD_STATE = 'a b+c/d=e&f é%"<'


async def _auto(prober: Prober) -> Seen:
    await token()(prober)
    return (await prober.look({}))[0]


async def _sixty_first(prober: Prober) -> Seen:
    for _ in range(60):
        await prober.ask("POST", "/api/v2/oauth/token")
    return (await prober.ask("POST", "/api/v2/oauth/token"))[0]


async def _sixty_first_json(prober: Prober) -> Seen:
    await _sixty_first(prober)
    return (await prober.ask("POST", "/api/v2/oauth/token", headers=JSON))[0]


async def _other_label(prober: Prober, fields: dict[str, Any]) -> tuple[Seen, str]:
    return await prober.exchange(fields, headers={"Content-Type": "text/plain"})


LISTED: dict[str, Any] = {"redirect_uri": None, "redirect_uri[]": LOOPBACK}
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

PROBES: dict[str, Play] = {
    "authorize page": look(),
    "approve, state": approve(),
    "approve, no state": approve(state=None),
    "approve, empty state": approve(state=""),
    "approve, odd state": approve(state=ODD_STATE),
    "approve, state with blanks at the ends": approve(state=" x "),
    "approve, state long 2000": approve(state="K" * 2000),
    "approve, no redirect_uri": approve(redirect_uri=None),
    "approve, unknown extra param": approve(foo="bar"),
    "deny, state": deny(),
    "deny, no state": deny(state=None),
    "deny, odd state": deny(state="a b+c/d=e&f é"),
    "missing response_type": look(response_type=None),
    "unknown response_type": look(response_type="nope"),
    "response_type=code token": look(response_type="code token"),
    "missing client_id": look(client_id=None),
    "unknown client_id": look(client_id="99999"),
    "non-numeric client_id": look(client_id="abc"),
    "unknown scope": look(scope="nope"),
    "authorize loopback client: redirect trailing slash": look(redirect_uri=f"{LOOPBACK}/"),
    "authorize loopback client: redirect other port": look(redirect_uri="http://127.0.0.1:9902/callback"),
    "authorize loopback client: redirect no port": look(redirect_uri="http://127.0.0.1/callback"),
    "authorize loopback client: redirect localhost": look(redirect_uri="http://localhost:9901/callback"),
    "authorize loopback client: redirect other path case": look(redirect_uri="http://127.0.0.1:9901/Callback"),
    "authorize loopback client: redirect scheme case": look(redirect_uri="HTTP://127.0.0.1:9901/callback"),
    "authorize loopback client: redirect percent-encoded path": look(redirect_uri="http://127.0.0.1:9901/c%61llback"),
    "authorize loopback client: redirect query added": look(redirect_uri=f"{LOOPBACK}?x=1"),
    "authorize loopback client: redirect fragment added": look(redirect_uri=f"{LOOPBACK}#x"),
    "authorize loopback client: redirect https": look(redirect_uri="https://127.0.0.1:9901/callback"),
    "authorize loopback client: redirect userinfo": look(redirect_uri="http://user@127.0.0.1:9901/callback"),
    "authorize loopback client: redirect other path": look(redirect_uri="http://127.0.0.1:9901/other"),
    "authorize loopback client: redirect blank appended": look(redirect_uri=f"{LOOPBACK} "),
    f"authorize loopback client: redirect_uri[]={LOOPBACK}": look(**LISTED),
    "authorize https client: redirect exact": look(client_id="22222", redirect_uri=HTTPS),
    "authorize https client: redirect trailing slash": look(client_id="22222", redirect_uri=f"{HTTPS}/"),
    "authorize https client: redirect port 443 added": look(
        client_id="22222", redirect_uri="https://app.example.test:443/callback"
    ),
    "authorize https client: redirect other port": look(
        client_id="22222", redirect_uri="https://app.example.test:8443/callback"
    ),
    "authorize https client: redirect http": look(client_id="22222", redirect_uri="http://app.example.test/callback"),
    "authorize https client: redirect host case": look(
        client_id="22222", redirect_uri="https://APP.example.test/callback"
    ),
    "authorize https client: redirect path case": look(
        client_id="22222", redirect_uri="https://app.example.test/Callback"
    ),
    "authorize https client: redirect percent-encoded path": look(
        client_id="22222", redirect_uri="https://app.example.test/c%61llback"
    ),
    "authorize https client: redirect query added": look(client_id="22222", redirect_uri=f"{HTTPS}?x=1"),
    "authorize https client: redirect fragment added": look(client_id="22222", redirect_uri=f"{HTTPS}#x"),
    "authorize https client: redirect blank appended": look(client_id="22222", redirect_uri=f"{HTTPS} "),
    "approve, registered redirect has a query (client 44444)": approve(client_id="44444", redirect_uri=None),
    "deny, registered redirect has a query (client 44444)": deny(client_id="44444", redirect_uri=None),
    "implicit approve": approve(response_type="token"),
    "implicit approve, no redirect_uri, no state": approve(response_type="token", redirect_uri=None, state=None),
    "implicit deny": deny(response_type="token"),
    "implicit unknown scope": look(response_type="token", scope="nope"),
    "token, form": token(),
    "token, code reused": token(earlier={}),
    "token, JSON body": token(send=as_json()),
    "token, JSON body + Accept json": token(send=as_json(**JSON)),
    "token, JSON body, client_id as a JSON number": token(send=as_json(), client_id=12345),
    "token, form + Basic, no body credentials": token(
        send=with_headers(Authorization=basic(SECRET)), client_id=None, client_secret=None
    ),
    "token, form + wrong Basic": token(
        send=with_headers(Authorization=basic("wrong")), client_id=None, client_secret=None
    ),
    "token, multipart form": token(send=as_multipart),
    "token, form + Accept: application/json": token(send=with_headers(**JSON)),
    "token, wrong client_secret": token(client_secret="wrong"),
    "token, same code after a wrong secret": token(earlier={"client_secret": "wrong"}),
    "token, wrong client_secret, Accept json": token(client_secret="wrong", send=with_headers(**JSON)),
    "token, missing client_secret": token(client_secret=None),
    "token, unknown client_id": token(client_id="99999"),
    "token, missing client_id": token(client_id=None),
    "token, another client's code": token(client_id="22222"),
    "token, another client's code, its own redirect_uri": token(client_id="22222", redirect_uri=HTTPS),
    "token, wrong code": token(code="nope"),
    "token, wrong code, Accept json": token(code="nope", send=with_headers(**JSON)),
    "token, code with last char changed": token(code=lambda code: code[:-1] + ("0" if code[-1] != "0" else "1")),
    "token, code with a blank appended": token(code=lambda code: f"{code} "),
    "token, missing code": token(code=None),
    "token, redirect_uri missing": token(redirect_uri=None),
    "token, same code after the missing redirect_uri": token(earlier={"redirect_uri": None}),
    "token, redirect_uri mismatched (other port)": token(redirect_uri="http://127.0.0.1:9902/callback"),
    "token, redirect_uri mismatched (trailing slash)": token(redirect_uri=f"{LOOPBACK}/"),
    "token, same code after a mismatched redirect_uri": token(earlier={"redirect_uri": f"{LOOPBACK}/"}),
    "token, redirect_uri given although authorize had none": token(asked={"redirect_uri": None}),
    "token, redirect_uri in neither step": token(asked={"redirect_uri": None}, redirect_uri=None),
    "token, wrong grant_type": token(grant_type="nope"),
    "token, missing grant_type": token(grant_type=None),
    "token, empty POST": posted(),
    "token, GET": posted(method="GET"),
    "token, POST with the parameters in the query": posted(
        path="/api/v2/oauth/token?grant_type=authorization_code&client_id=12345&code=nope"
    ),
    "token, PUT": posted(method="PUT"),
    "token, bad JSON": posted(data="{", headers={"Content-Type": "application/json"}),
    "PKCE S256, right verifier": token(asked=PKCE, code_verifier=VERIFIER),
    "PKCE S256, wrong verifier": token(asked=PKCE, code_verifier=VERIFIER[::-1]),
    "PKCE S256, missing verifier": token(asked=PKCE),
    "PKCE no method (plain), right verifier": token(asked={"code_challenge": VERIFIER}, code_verifier=VERIFIER),
    "PKCE verifier without challenge": token(code_verifier=VERIFIER),
    "PKCE unknown method": look(code_challenge=CHALLENGE, code_challenge_method="S512"),
    "PKCE short challenge": look(code_challenge="short", code_challenge_method="S256"),
    "refresh_token": refresh(),
    "refresh_token reused": refresh(times=2),
    "refresh_token wrong": refresh(given="nope"),
    "token, code expired": token(late=True),
    "Passport: authorize, not signed in": look(signed_in=False),
    "Passport: authorize, not signed in, Accept: application/json": look(signed_in=False, headers=JSON),
    "Passport: authorize, a valid token with the same scopes exists already (no page)": _auto,
    "Passport: POST authorize without session": posted(path="/api/v2/oauth/authorize"),
    "Passport: implicit deny, no state": deny(response_type="token", state=None),
    "Passport: token, Content-Type application/json; charset=utf-8": token(
        send=as_json("application/json; charset=utf-8")
    ),
    "Passport: token, form body labelled text/plain": token(send=_other_label),
    "Passport: token, GET with Accept: application/json": posted(method="GET", headers=JSON),
    "Passport: token, 61st request in a minute": _sixty_first,
    "Passport: the same with Accept: application/json": _sixty_first_json,
}

LEFT_OUT = {
    "known scope": "AniList has no scopes",
    "api, Bearer ok": "AniList's API is GraphQL, with errors of its own",
    "api, lower-case bearer": "the same",
    "api, no token": "the same",
    "api, garbage token": "the same",
    "api, signature changed": "the same",
    "api, no token, no Accept": "the same",
    "Passport: token, server fault (keys missing)": "the sandbox has its keys; faults are scripted",
    "Passport: the same fault with Accept: application/json": "the same",
}

UNRECORDED = {
    ("7.3.2", f"authorize loopback client: redirect_uri[]={LOOPBACK}"): "a server fault there",
}


def _recorded() -> dict[str, dict[str, dict[str, Any]]]:
    """Read the answers, by probe and server."""
    probes = json.loads(RECORDED.read_text())["probes"]
    return {
        probe["probe"]: {server: answer for answer in probe["answers"] for server in answer["servers"]}
        for probe in probes
    }


RECORDINGS = _recorded()


def _expected(answers: dict[str, dict[str, Any]], generation: GenerationName) -> dict[str, Any]:
    """Choose Passport's answer where it differs from the library's below it, or is alone; else the library's own."""
    passport, below = answers.get("Passport 10"), answers.get("league 8.5.5")
    if passport and (below is None or any(_shape(passport)[key] != _shape(below)[key] for key in _shape(below))):
        return passport | {"body": _in_form(passport.get("body", ""), generation)}
    return answers[f"league {generation}"]


def _shape(answer: dict[str, Any]) -> dict[str, Any]:
    """What counts: not the spelling of a content type."""
    return {
        "status": answer["status"],
        "type": answer["content-type"].lower().replace(" ", ""),
        "location": answer.get("location"),
        "challenge": answer.get("www-authenticate"),
        "body": _loaded(answer.get("body", "")),
    }


def _loaded(body: str) -> Any:
    return json.loads(body) if body.startswith("{") and "..." not in body else body


def _in_form(body: str, generation: GenerationName) -> str:
    """Put an OAuth error body of Passport 10 (8.5.5) into a generation's form."""
    if "..." in body:  # cut in the recording
        cut = json.loads(body.replace(",...", ""))
        body = next(
            answer["body"]
            for answer in RECORDINGS["token, empty POST"].values()
            if cut.items() <= json.loads(answer["body"]).items() and "error_description" in answer["body"]
        )
    if '"error"' not in body:
        return body
    error = json.loads(body)
    left_out = {"7.3.2": "error_description", "8.5.5": "", "9.4.1": "message"}[generation]
    return json.dumps({key: value for key, value in error.items() if key != left_out})


def test_every_recorded_probe_is_played_or_left_out_for_a_reason() -> None:
    """No probe is forgotten, and none is made up."""
    assert PROBES.keys() | LEFT_OUT.keys() == RECORDINGS.keys()
    assert not PROBES.keys() & LEFT_OUT.keys()


async def _difference(name: str, generation: GenerationName) -> str | None:
    """Play one probe; say how the answer differs from the recorded one, if it does."""
    if (generation, name) in UNRECORDED:
        expected: dict[str, Any] = {"status": 500, "content-type": "text/html; charset=UTF-8", "body": "HTML"}
    else:
        expected = _expected(RECORDINGS[name], generation)
    async with Prober(generation, token_limit=60) as prober:
        seen = await PROBES[name](prober)
    got = {
        "status": seen.status,
        "type": seen.content_type.lower().replace(" ", ""),
        "location": seen.location,
        "challenge": seen.challenge,
        "body": _loaded(seen.body),
    }
    wanted = _shape(expected)
    if name == "Passport: authorize, not signed in":  # AniList's own way, with the query behind it
        if not re.fullmatch(r"/login\?apiVersion=v2&client_id=12345&.*&state=s1", str(got.pop("location"))):
            return f"{name}: {seen.location}"
        del wanted["location"]
    return None if got == wanted else f"{name}: {got} and not {wanted}"


@pytest.mark.parametrize("generation", get_args(GenerationName))
async def test_answers_are_those_recorded(generation: GenerationName) -> None:
    """Status, content type, location, challenge and JSON are those of the real server, in each recorded probe."""
    assert [difference for name in PROBES if (difference := await _difference(name, generation))] == []


@pytest.mark.parametrize("generation", get_args(GenerationName))
async def test_the_library_s_own_denial_is_there_too(generation: GenerationName) -> None:
    """With `denial="library"`, a denial is worded as the library itself does."""
    names = [name for name in PROBES if "deny" in name and "league 8.5.5" in RECORDINGS[name]]
    locations = {}
    for name in names:
        async with Prober(generation, denial="library") as prober:
            locations[name] = (await PROBES[name](prober)).location
    assert locations == {name: RECORDINGS[name][f"league {generation}"]["location"] for name in names} != {}


def test_an_unknown_generation_is_refused() -> None:
    """The error names those there are."""
    odd: Any = "10"
    with pytest.raises(ValueError, match=r"7\.3\.2, 8\.5\.5, 9\.4\.1"):
        Sandbox(generation=odd)
    with pytest.raises(ValueError, match="passport"):
        Sandbox(denial=odd)
