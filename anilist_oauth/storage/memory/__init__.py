"""Logins and tokens in this process's memory, until it ends. Nothing here reads or writes outside the process."""
