"""How much does it cost to read a callback, a token answer and a GraphQL answer, compared with json alone?"""

import json
from datetime import UTC, datetime

from multidict import CIMultiDict, CIMultiDictProxy

from anilist_oauth import Response, parse_callback, parse_token_response, peek_claims
from anilist_oauth.graphql.response import parse_graphql_response
from benchmarks.authorize import measured
from benchmarks.contenders import APPLICATION
from benchmarks.origin import ACCESS_TOKEN, REDIRECT_URI
from benchmarks.report import plot


def main() -> None:
    """Measure all of them in turns, and print microseconds."""
    state, code = "s" * 43, f"def502{'0' * 704}"
    headers = CIMultiDictProxy(CIMultiDict({"Content-Type": "application/json"}))
    token = json.dumps({"token_type": "Bearer", "expires_in": 31536000, "access_token": ACCESS_TOKEN}).encode()
    viewer = json.dumps({"data": {"Viewer": {"id": 112084, "name": "mika"}}}).encode()
    granted = Response(status=200, headers=headers, body=token)
    answered = Response(status=200, headers=headers, body=viewer)
    now = datetime.now(UTC)
    callback = f"{REDIRECT_URI}?code={code}&state={state}"
    query = {"code": code, "state": state}
    figures = measured(
        {
            "json.loads of a token answer": lambda: json.loads(token),
            "anilist_oauth: token answer": lambda: parse_token_response(
                granted, application=APPLICATION, code=code, now=now
            ),
            "json.loads of a GraphQL answer": lambda: json.loads(viewer),
            "anilist_oauth: GraphQL answer": lambda: parse_graphql_response(answered, with_token=True, now=now),
            "anilist_oauth: callback, mapping": lambda: parse_callback(query, expected_state=state),
            "anilist_oauth: callback, URL": lambda: parse_callback(callback, expected_state=state),
            "anilist_oauth: peek_claims": lambda: peek_claims(ACCESS_TOKEN),
        }
    )
    print("\nReading what comes back, microseconds")
    for name, figure in figures.items():
        print(f"  {name:34} {figure:7.2f} µs")
    plot("parsing", "Reading what comes back, microseconds", figures, " µs")


if __name__ == "__main__":
    main()
