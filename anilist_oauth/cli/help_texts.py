"""Change how the help pages describe options."""

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose help names an option's value, such as ``URL`` instead of ``str``, and names none for a flag."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters with these descriptions."""
        return [_described(parameter) for parameter in super().get_params(ctx)]


class Group(TyperGroup):
    """The same for a group of commands and its own options."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters with these descriptions."""
        return [_described(parameter) for parameter in super().get_params(ctx)]


def _described(parameter: Any) -> Any:
    """Set what newer versions of typer show after an option: not ``<bool>`` for a flag, and otherwise its metavar."""
    takes = None if getattr(parameter, "is_bool_flag", False) else parameter.metavar
    vars(parameter)["display_type_rich"] = _says(takes)
    return parameter


def _says(text: str | None) -> Callable[..., str | None]:
    return lambda *_, **__: text
