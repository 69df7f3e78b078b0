"""Logins and tokens in Redis (extra `redis`).

`store` is the public class, `keys` has the names of keys, and `client` the connections.
"""
