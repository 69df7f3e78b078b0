"""The look of the help pages."""

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose help says what an option takes: ``URL`` is better than ``str``, and a flag takes nothing."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, described as above."""
        return [_described(parameter) for parameter in super().get_params(ctx)]


class Group(TyperGroup):
    """The same for options before the command."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, described as above."""
        return [_described(parameter) for parameter in super().get_params(ctx)]


def _described(parameter: Any) -> Any:
    """Prevent newer versions of typer from calling each flag ``<bool>`` and from ignoring the name of a value."""
    takes = None if getattr(parameter, "is_bool_flag", False) else parameter.metavar
    vars(parameter)["display_type_rich"] = _says(takes)
    return parameter


def _says(text: str | None) -> Callable[..., str | None]:
    return lambda *_, **__: text
