"""Strings as members of a program's Enum are."""


class Constant(str):
    """A string whose `str()` is a name in place of its text, as that of a member of ``class Setting(str, Enum)``."""

    __slots__ = ()

    def __str__(self) -> str:
        return "Setting.NAME"
