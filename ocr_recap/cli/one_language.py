"""Help and usage errors in one language: Typer makes the layout, and all texts are from `messages.help_texts`.

Before a command line is parsed, its language is determined (`--lang`, else the environment) and the texts of that
language are set in the tree of commands. The output of Typer's own completion stays English.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from ..messages import help_texts
from ..messages.catalog import Language, Message, Wording, both, filled
from ..messages.errors import WrongUse
from .common import language_of_words, similar, told

# The base class of all usage errors, of which Typer exports only one subclass.
_UsageError = cast(type[Exception], typer.BadParameter.__base__)


class _Spoken:
    """Methods that commands and groups share."""

    language: Language = "id"

    def describe(self: Any, key: str) -> None:
        """Set the texts of the parameters; `key` is the words that call the command."""
        for parameter in self.params:
            _describe(parameter, key, self.language)

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the usage line of the command."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_word("usage", self.language))

    def parse_args(self: Any, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of the command; errors know the command, which some of them do not in Typer."""
        try:
            return cast(Any, super()).parse_args(ctx, args)
        except _UsageError as fault:
            own = cast(Any, fault)
            own.ctx = own.ctx or ctx
            raise

    def get_help_option(self, ctx: Any) -> Any:
        """The option `--help`, `-h`."""
        option = cast(Any, super()).get_help_option(ctx)
        if option is not None:
            option.opts.sort(key=len, reverse=True)
            _describe(option, "", self.language)
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; the words that Typer adds to an option are set in its module `rich_utils`."""
        from typer import rich_utils  # noqa: PLC0415  (it loads much of Rich, and only help needs it)

        words = {
            "DEFAULT_STRING": _word("default", self.language),
            "REQUIRED_LONG_STRING": _word("required", self.language),
            "ARGUMENTS_PANEL_TITLE": _panel("arguments", self.language),
            "OPTIONS_PANEL_TITLE": _panel("options", self.language),
            "COMMANDS_PANEL_TITLE": _panel("commands", self.language),
        }
        for name, word in words.items():
            setattr(rich_utils, name, word)
        cast(Any, super()).format_help(ctx, formatter)


class Command(_Spoken, TyperCommand):
    """A command whose help is in one language."""


class CommandGroup(_Spoken, TyperGroup):
    """A group of commands whose help is in one language."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called; a deferred one is loaded."""
        name, command, rest = cast(Any, super()).resolve_command(ctx, args)
        return name, getattr(command, "real", command), rest


class Root(CommandGroup):
    """The whole command line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line and exit; a usage error is shown like every other error."""
        language = language_of_words(sys.argv[1:] if args is None else args)
        speak(self, language)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except _UsageError as fault:
            if not standalone_mode:
                raise
            code = 2 if _is_help(fault) else told(refused(fault), language).exit_code
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


def speak(command: Any, language: Language, path: tuple[str, ...] = ()) -> None:
    """Set the texts of one language in a command, its parameters, and its subcommands.

    Raises:
        KeyError: a command or a parameter has no text.
    """
    key = " ".join(path)
    command.language = language
    command.help = filled(help_texts.COMMANDS[key], language, {})
    command.epilog = f"{_word('example', language)}\n  {help_texts.EXAMPLES[key]}"
    command.options_metavar = _word("some_options", language)
    command.describe(key)
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = _word("some_command", language)
        for name, inner in command.commands.items():
            speak(inner, language, (*path, name))
            if not path:
                cast(Any, inner).rich_help_panel = _panel(help_texts.PANEL_OF_COMMAND[name], language)


def refused(fault: Any) -> WrongUse:
    """Convert a usage error of Typer."""
    kind, ctx = type(fault).__name__, fault.ctx
    command = f"{ctx.command_path if ctx else 'ocr-recap'} -h"
    parameter = getattr(fault, "param", None)
    if kind == "MissingParameter" and parameter is not None:
        return WrongUse("usage_missing", what=_called(parameter), help=command)
    if kind == "BadParameter" and parameter is not None:
        return WrongUse("usage_value", what=_called(parameter), allowed=_allowed(parameter), help=command)
    if kind == "NoSuchOption":
        near = similar(sorted(fault.possibilities or ()))
        return WrongUse("usage_no_option", option=fault.option_name, similar=near, help=command)
    if kind == "BadOptionUsage":
        code = "usage_option_flag" if _is_flag(ctx, fault.option_name) else "usage_option_value"
        return WrongUse(code, option=fault.option_name, help=command)
    if ctx is not None and isinstance(ctx.command, TyperGroup):
        named = re.search(r"'(.*?)'", fault.message)
        name = named[1] if named else "-"
        near = similar(get_close_matches(name, ctx.command.commands))
        return WrongUse("usage_no_command", name=name, similar=near, help=command)
    return WrongUse("usage_arguments", help=command)


def _is_flag(ctx: Any, option: str) -> bool:
    """Whether an option of a command takes no value."""
    parameters: list[Any] = ctx.command.params if ctx else []
    return any(getattr(p, "is_flag", False) for p in parameters if option in (*p.opts, *p.secondary_opts))


def _is_help(fault: Exception) -> bool:
    """True when a command got no arguments and its help was shown."""
    return type(fault).__name__ == "NoArgsIsHelpError"


def _describe(parameter: Any, command: str, language: Language) -> None:
    name = parameter.name.removeprefix("_click_default_")  # as older Typers call `--help`
    text = _found(help_texts.PARAMETERS, command, name)
    if text is None:
        raise KeyError(f"{command}.{name}")
    parameter.help = escape(filled(text, language, {}))
    value, default = _found(help_texts.VALUES, command, name), _found(help_texts.DEFAULTS, command, name)
    if getattr(parameter, "is_flag", False):
        parameter.metavar = ""  # else the help says `<bool>`
    elif value is not None:
        parameter.metavar = filled(value, language, {})
    if parameter.param_type_name == "argument":
        parameter.display_type_rich = _no_type  # else the help says `<list[Path]>`
    if default is not None:
        parameter.show_default = filled(default, language, {})
    elif isinstance(parameter.default, float) and parameter.default.is_integer():
        parameter.default = int(parameter.default)  # else shown with a decimal point; its type makes it a float again
    if parameter.param_type_name == "option":
        group = _found(help_texts.PANEL_OF, command, name) or "options"
        parameter.rich_help_panel = _panel(group, language)


def _no_type(ctx: Any) -> None:
    """Replacement of a Typer method that shows the type of an argument: shows nothing."""


def _found(texts: Mapping[str, Any], command: str, name: str) -> Any:
    own = texts.get(f"{command}.{name}")
    return texts.get(name) if own is None else own


def _called(parameter: Any) -> str:
    """The name of a parameter on the command line."""
    return parameter.metavar or parameter.name if parameter.param_type_name == "argument" else parameter.opts[0]


def _allowed(parameter: Any) -> Wording:
    """The values that a parameter may have, as text."""
    choices = _trait(parameter, "choices")
    if choices:
        values = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
        return Wording(values, values)
    least, most = _trait(parameter, "min"), _trait(parameter, "max")
    if least is None:
        return Wording(**both(help_texts.WORDS["whole_number"], {}))
    key = "number_from" if most is None else "number_between"
    return Wording(**both(help_texts.WORDS[key], {"least": f"{least:g}", "most": most}))


def _trait(parameter: Any, name: str) -> Any:
    """A limit of a parameter's values: an attribute of the parameter in newer versions of Typer, else of its type."""
    for owner in (parameter, getattr(parameter, "type_descriptor", None), getattr(parameter, "type", None)):
        if (found := getattr(owner, name, None)) is not None:
            return found
    return None


def _word(key: str, language: Language) -> str:
    return _in(help_texts.WORDS[key], language)


def _panel(key: str, language: Language) -> str:
    return _in(help_texts.PANELS[key], language)


def _in(message: Message, language: Language) -> str:
    """A text in one language, without filling in data."""
    return message[0] if language == "id" else message[1]
