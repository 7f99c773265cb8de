"""`slugline library` and `slugline reindex`: the care of what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import click

from commands.options import data_dir_option, library_of, progress_bar, say_waits, settings_of
from rag.errors import SluglineError


@click.command()
@data_dir_option
@click.pass_context
def reindex(ctx: click.Context) -> None:
    """Embed every article anew, with the model and passage length of the settings; can be interrupted and taken up again."""
    from ingest.split import cut, split
    from rag.embed import open_embedder
    from rag.store import rebuild

    settings = settings_of(ctx)
    embedder = open_embedder(settings.embed_model)
    with progress_bar("Embedding") as progress:
        count = rebuild.reindex(
            settings.data_dir, embedder, lambda article: split(article, settings, embedder), cut(settings), progress, say_waits
        )
    click.echo(f"{count} articles embedded with {embedder.fingerprint}.")


@click.group()
@data_dir_option
@click.pass_context
def library(ctx: click.Context) -> None:
    """Check, repair, back up and restore the library."""


@library.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
@click.pass_context
def check_library(ctx: click.Context, as_json: bool) -> None:
    """Whether ledger, vectors and words are whole and agree."""
    from dataclasses import asdict

    from rag.store import rebuild

    data_dir = settings_of(ctx).data_dir
    with progress_bar("Checking", quiet=as_json) as progress:
        damages = rebuild.check(data_dir, progress)
    if as_json:
        click.echo(json.dumps({"sound": not damages, "damages": [asdict(damage) for damage in damages]}))
    elif not damages:
        click.echo(f"The library in {data_dir} is sound.")
    for damage in damages:
        click.secho(f"The {damage.part} are damaged: {damage.reason}.", fg="red", err=True)
    if damages:
        click.echo("No text is lost. Rebuild from the ledger with: slugline library repair", err=True)
        ctx.exit(1)


@library.command("repair")
@click.option("--all", "everything", is_flag=True, help="Rebuild both indexes even if they seem sound.")
@data_dir_option
@click.pass_context
def repair_library(ctx: click.Context, everything: bool) -> None:
    """Rebuild what is damaged from the ledger, which keeps texts and vectors."""
    from rag.store import rebuild

    data_dir = settings_of(ctx).data_dir
    parts = ["vectors", "words"] if everything else [damage.part for damage in rebuild.check(data_dir)]
    if not parts:
        click.echo("Nothing to repair: the library is sound.")
        return
    with progress_bar("Rebuilding") as progress:
        rebuild.repair(data_dir, parts, progress, say_waits)
    click.echo(f"Rebuilt: {', '.join(parts)}.")


@library.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
@data_dir_option
@click.pass_context
def export_library(ctx: click.Context, file: Path, overwrite: bool, as_json: bool) -> None:
    """Write everything to one FILE: texts with metadata and revisions, vectors, a manifest with hashes."""
    from rag.store import backup

    if file.exists() and not overwrite:
        raise SluglineError(f"{file} exists. Choose another name, or replace it with --overwrite.")
    with progress_bar("Writing", quiet=as_json) as progress:
        manifest = backup.export(settings_of(ctx).data_dir, file, progress)
    size = file.stat().st_size / 1e6
    click.echo(json.dumps(manifest) if as_json else f"{file}: {manifest['articles']} articles, {size:.1f} MB.")


@library.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
@click.pass_context
def import_library(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Bring the articles of an exported FILE in, all of them or, if it is not whole, none."""
    from dataclasses import asdict

    from rag.store import backup

    backup.read_manifest(file)  # before a library is made for nothing
    library = library_of(ctx)
    with library.writing(waits=say_waits), progress_bar("Reading", quiet=as_json) as progress:
        report = backup.restore(library, file, progress)
    counts = asdict(report)
    click.echo(json.dumps(counts) if as_json else ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
