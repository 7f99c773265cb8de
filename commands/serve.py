"""`slugline ui`, `slugline password` and `slugline doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import data_dir_option, library_of, settings_of
from rag.errors import SluglineError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than this machine's own needs --auth.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True)
@click.option(
    "--auth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of who may come in, a line each as slugline password NAME prints it.",
)
@click.option("--insecure", is_flag=True, help="Let everybody in who can reach --host, without a password.")
@data_dir_option
@click.pass_context
def ui(ctx: click.Context, host: str, port: int, auth: Path | None, insecure: bool) -> None:
    """Chat in the browser; other programs ask on the same port."""
    settings = settings_of(ctx)
    from ui import serve

    serve(settings, host, port, auth, insecure)


@click.command()
@click.argument("name")
@click.password_option(help="Asked for when it is not given.")
def password(name: str, password: str) -> None:
    """Print the line of NAME for the file of slugline ui --auth, the password hashed."""
    from web.passwords import hashed

    click.echo(hashed(name, password))


@click.command()
@data_dir_option
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """What is set up, what is missing, what to do."""
    import platform
    from importlib.metadata import version

    from rag.about import versions
    from rag.linear import described

    settings = settings_of(ctx)
    click.echo(f"Slugline {version('slugline')}, Python {platform.python_version()}")
    for package, found in versions():
        click.echo(f"  {package} {found}")
    click.echo(f"Models multiply in {described()}")
    library = library_of(ctx)
    click.echo(f"Embedding model: {library.embedder.fingerprint}")
    counts = library.counts()
    click.echo(f"Library: {settings.data_dir}")
    click.echo("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if not counts["articles"]:
        click.echo("  The library is empty. Bring articles in with: slugline ingest SOURCE")
    elif len({counts["passages"], counts["vectors"], counts["words"]}) > 1:
        raise SluglineError(
            f"{settings.data_dir}: the indexes disagree. The next slugline ingest sweeps what was left half-done."
        )
    else:
        click.echo(f"  All three stores agree. Chroma collection 'passages' in: {library.vectors_folder}")
