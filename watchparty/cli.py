"""The command line."""

import asyncio
import logging
from pathlib import Path

import click
from hypercorn.config import Config
from quart import Quart

from watchparty import __version__, assets
from watchparty.app import create_app
from watchparty.party.errors import StoreUnavailable
from watchparty.server.shutdown import serve_until, stop_event
from watchparty.server.sockets import BindError, listen, raise_file_limit
from watchparty.settings import BadSettings, Settings
from watchparty.storage.backup import backup as copy_store


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Watch Party: a private chat to have beside whatever you watch together."""


@main.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen. [default: 127.0.0.1:8000]")
@click.option(
    "--store", metavar="URL", help="Where to keep the chats. [default: sqlite:watchparty.db]"
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hypercorn's settings. [default: the hypercorn.toml that ships]",
)
def serve(bind: str | None, store: str | None, config: Path | None) -> None:
    """Start the server and print its address.

    All other settings come from environment variables, like WATCHPARTY_PUBLIC_URL: the README lists
    them under "Settings". --store takes precedence over WATCHPARTY_STORE.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        app = create_app(Settings.from_env(store=store))
        asyncio.run(_serve(app, _configure(bind, config)))
    except (BadSettings, StoreUnavailable, BindError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--store", metavar="URL", help="The store to copy. [default: sqlite:watchparty.db]")
def backup(file: Path, store: str | None) -> None:
    """Copy the database to the new FILE. A server may be using it."""
    try:
        copy_store(Settings.from_env(store=store).store, file)
    except (BadSettings, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{file} holds everything up to now. When a server starts on it, pages that have"
        " seen newer messages notice, and show what is there."
    )


def _configure(bind: str | None, file: Path | None) -> Config:
    try:
        config = Config.from_toml(file or assets.find("hypercorn.toml"))
    except (ValueError, OSError) as error:
        raise BadSettings([f"--config={str(file)!r}: {error}"]) from error
    config.workers = 1  # for 0, Hypercorn warns that it starts none; we serve in this process
    config.loglevel = "WARNING"  # we print the address ourselves, once
    if bind:
        config.bind = bind
    return config


async def _serve(app: Quart, config: Config) -> None:
    await app.extensions["watchparty.service"].store.open()
    raise_file_limit()
    stopped = stop_event()
    for address in listen(config):
        click.echo(address)
    await serve_until(stopped, app, config)
