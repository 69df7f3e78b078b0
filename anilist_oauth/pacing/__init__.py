"""Decides when a request to AniList may start, and when it may be repeated.

`rate_limit` reads AniList's headers, `budget` counts the requests of a minute, `heard` keeps limits, pauses and
outages, and `retries` says which failures may be retried. They do no I/O. `turn_queue` says who is next, and `pace`
waits. `shared_pace` does the same for several processes, using a `ledger` in a store. Nothing here sends
requests to AniList.
"""
