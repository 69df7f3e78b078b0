"""When a request to AniList may start, and when it may start again.

`rate_limit` reads AniList's headers, `budget` counts a minute's requests, `retries` tells which failure may be tried
again: these three do no I/O. `pace` waits. Nothing here sends a request.
"""
