"""Commands whose modules are imported when they are called, so that help and mistakes are shown at once.

`read` loads OpenCV and the nets, `synth` the drawing of forms; a list of commands needs neither.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any, Final

import typer

from . import one_language

_HERE: Final = __package__


class Deferred(one_language.Command):
    """A command that stands for the one of another module until it is called or its parameters are asked for.

    Attributes:
        home: module of this package, and the name of the function there.
        key: words that call the command; empty until its language was set (`one_language.speak`).
    """

    home: tuple[str, str]
    key: str = ""

    def describe(self, key: str) -> None:
        """Remember the words that call the command; its parameters get their texts when it is loaded."""
        self.key = key

    @cached_property
    def real(self) -> Any:
        """The command itself."""
        module, function = self.home
        own = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        own.command(self.name, cls=one_language.Command)(getattr(import_module(f".{module}", _HERE), function))
        command: Any = typer.main.get_command(own)
        if self.key:
            one_language.speak(command, self.language, tuple(self.key.split()))
        return command

    @property
    def params(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The parameters of the command itself."""
        return self.real.params

    @params.setter
    def params(self, found: Any) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Typer sets the parameters of the function that stands for the command, which has none."""


def deferred(app: typer.Typer, name: str, module: str, function: str) -> None:
    """Add a command to an app.

    Args:
        app: that gets the command.
        name: of the command.
        module: of this package, imported when the command is called.
        function: name of the command's function in that module.
    """
    kind: type[Deferred] = type("Deferred", (Deferred,), {"home": (module, function)})
    app.command(name, cls=kind)(_stand_in())


def _stand_in() -> Callable[[], None]:
    """A function for Typer to make a command of, a new one for each, which is never called."""

    def called() -> None:
        raise AssertionError("the command itself is called instead")

    return called
