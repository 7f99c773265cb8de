"""The `slugline` command: parses, calls `rag`, `ingest`, `eval` or `ui`, prints. Heavy rooms load when a command runs."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from commands import answer, articles, evaluate, ingest, library, serve
from rag.errors import SluglineError


class _Commands(click.Group):
    """Prints an error that the user can put right as its one sentence, and exits 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SluglineError as error:
            _say_error(str(error), ctx)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f"{error.filename}: " if error.filename else ""
            _say_error(f"{where}{error.strerror or error}.", ctx)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
        return ctx.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_commands(ctx, formatter)
        with formatter.section("Start"):
            formatter.write_text('slugline ingest corpus; slugline ask "When did the ELVIS Act take effect?"')


def _say_error(message: str, ctx: click.Context) -> None:
    if ctx.params.get("debug"):
        traceback.print_exc()
    click.secho(f"Error: {message}", fg="red", err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the library lives.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="slugline")
@click.pass_context
def cli(ctx: click.Context, data_dir: Path | None, debug: bool) -> None:  # noqa: ARG001  # `_say_error` reads debug
    """Questions and answers, with citations, over news coverage of AI in entertainment."""
    ctx.obj = {"data_dir": data_dir}


for command in (
    ingest.ingest,
    answer.ask,
    answer.chat,
    answer.search,
    answer.timeline,
    articles.articles,
    library.library,
    library.reindex,
    evaluate.evaluate,
    serve.ui,
    serve.password,
    serve.doctor,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of `slugline`, and of the `python -m` forms."""
    cli.main(args=list(arguments) if arguments is not None else None, prog_name="slugline")


if __name__ == "__main__":
    main()
