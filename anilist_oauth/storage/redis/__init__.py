"""Logins and tokens in Redis (extra `redis`).

`store` is the front, `keys` the names and scripts, `client` the connections.
"""
