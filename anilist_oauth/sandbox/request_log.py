"""A log line for each answer, for people who watch the sandbox."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from anilist_oauth.sandbox.faults import Fault
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest


def described(request: ReceivedRequest, answer: Answer, fault: Fault) -> str:
    """Return a line about a request and its answer, without any code, token, state or secret.

    For example ``POST /api/v2/oauth/token 400 invalid_request: Authorization code has been revoked``.
    """
    pieces = [request.method, request.path, str(answer.status), outcome(answer), _mishap(fault)]
    line = " ".join(piece for piece in pieces if piece)
    return "".join(character for character in line if character.isprintable())


def outcome(answer: Answer) -> str:
    """Return where an answer redirects, or its error. Empty for a page or a success."""
    location = answer.headers.get("Location")
    if location is not None:
        address, *answers = re.split("[?#]", location)
        errors = [value for answer in answers for name, value in parse_qsl(answer) if name == "error"]
        return " with ".join([f"to {address}", *errors[:1]])
    try:
        return _error(json.loads(answer.body))
    except ValueError:
        return ""


def _error(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("errors"), list):
        return "; ".join(str(error.get("message")) for error in body["errors"] if isinstance(error, dict))
    texts = [body.get("error"), body.get("hint") or body.get("message")]
    return ": ".join(text for text in texts if isinstance(text, str))


def _mishap(fault: Fault) -> str:
    delay = [f"after {fault.delay:g} s"] if fault.delay else []
    end = [f"closed {fault.closes} the answer"] if fault.closes else []
    return f"({', '.join(delay + end)})" if delay or end else ""
