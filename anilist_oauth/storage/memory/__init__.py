"""Logins and tokens in this process's memory. Nothing here does I/O."""
