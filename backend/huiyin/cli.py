"""The `huiyin` command."""

from pathlib import Path
from typing import Annotated

import typer

from huiyin import up as supervisor
from huiyin.settings import CHECKOUT, settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command("up")
def start() -> None:
    """Start database, API and worker, serve both web apps, and stop them all on Ctrl+C."""
    raise typer.Exit(supervisor.up(settings()))


@app.command("openapi")
def write_openapi(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit status 1 when it differs")] = False,
    path: Annotated[Path, typer.Option(help="Where the document is kept")] = CHECKOUT / "docs/api/openapi.json",
) -> None:
    """Write the API's description, from which the browser's types are made."""
    from sqlalchemy.orm import sessionmaker

    from huiyin.app import create_app
    from huiyin.kit.http import to_json
    from huiyin.settings import Settings

    document = to_json(create_app(Settings(static_dir=Path("/nonexistent")), sessionmaker()).openapi())
    if check:
        if not path.exists() or path.read_text(encoding="utf-8") != document:
            typer.echo(f"{path} is not what the API says; run: make client", err=True)
            raise typer.Exit(1)
        return
    path.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    app()
