"""Logins and tokens in Redis (extra `redis`).

`store` has the public class, `keys` has the names of all keys, and `client` runs commands.
"""
