"""Decide when a request to AniList may start, and whether it may be repeated.

`rate_limit` reads AniList's headers. `budget` computes when a request may start, from the starts of earlier ones.
`heard` keeps the limits, pauses and outages that AniList announced. `retries` decides which failures are retried. None
of these does I/O. `turn_queue` orders the waiting calls, and `pace` lets them wait. `shared_pace` does the same for
several processes, which share a `ledger` in a store. Nothing here sends requests to AniList.
"""
