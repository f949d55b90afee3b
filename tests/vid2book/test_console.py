"""An error meant for the user ends a command in one line and with its exit code."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner, Result

from vid2book.console import stop, user_errors
from vid2book.errors import UserError
from vid2book.lines import LineConsole


def run(body) -> Result:
    app = typer.Typer()
    app.command()(body)
    return CliRunner().invoke(app, [])


def test_the_error_is_one_line_and_exit_2() -> None:
    @user_errors()
    def command() -> None:
        raise UserError("line 3: no [red] path, " + "long " * 40 + "line")

    result = run(command)
    assert result.exit_code == 2
    assert result.stderr == f"Error: line 3: no [red] path, {'long ' * 40}line\n"


def test_other_errors_pass_unless_they_are_named() -> None:
    with pytest.raises(OSError, match="disk"), user_errors():
        raise OSError("disk")
    with pytest.raises(typer.Exit), user_errors(OSError):
        raise FileNotFoundError("file")


def test_a_quiet_console_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as stopped:
        stop(UserError("no"), 1, LineConsole(stderr=True, quiet=True))
    assert stopped.value.exit_code == 1
    assert capsys.readouterr().err == ""
