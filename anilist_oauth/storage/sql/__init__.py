"""Logins and tokens in SQLite or PostgreSQL, through SQLAlchemy (extras `sql` and `postgres`).

`store` is the front, `schema` the tables, `engine` the connections, `file` the care for SQLite's file.
"""
