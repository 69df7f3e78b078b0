"""When a request to AniList may start, and when it may start again.

`rate_limit` reads AniList's headers, `budget` counts a minute's requests, `heard` holds what concerns everybody, and
`retries` tells which failure may be tried again: these do no I/O. `turn_queue` says who is next, and `pace` waits;
`shared_pace` does so for several processes, by a `ledger` that a store keeps. Nothing here sends a request.
"""
