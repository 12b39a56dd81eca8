"""The command line."""

import asyncio
import logging
import os
from pathlib import Path

import click
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from quart import Quart

from watchparty import __version__, assets
from watchparty.app import create_app
from watchparty.party.errors import StoreUnavailable
from watchparty.server.shutdown import SIGNALS
from watchparty.server.sockets import CannotListen, listen, raise_file_limit
from watchparty.settings import BadSettings, Settings
from watchparty.storage import back_up

STANDSTILL = 0.75  # seconds in which a stop must get on, by one request at least


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Watch Party: a private chat to have beside whatever you watch together."""


@main.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen. [default: 127.0.0.1:8000]")
@click.option("--store", metavar="URL", help="Where to keep it. [default: sqlite:watchparty.db]")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hypercorn's settings. [default: the hypercorn.toml that ships]",
)
def serve(bind: str | None, store: str | None, config: Path | None) -> None:
    """Start the server and say where to open it.

    All other settings come from environment variables, like WATCHPARTY_PUBLIC_URL: the README lists
    them under "Settings". --store counts before WATCHPARTY_STORE.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        app = create_app(Settings.from_env(store=store))
        asyncio.run(_serve(app, _configure(bind, config)))
    except (BadSettings, StoreUnavailable, CannotListen) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--store", metavar="URL", help="What to copy. [default: sqlite:watchparty.db]")
def backup(file: Path, store: str | None) -> None:
    """Copy the database to the new FILE, while a server uses it or not."""
    try:
        back_up(Settings.from_env(store=store).store, file)
    except (BadSettings, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{file} holds all that was said until now. Start a server on it, and readers"
        " are told that it is another history."
    )


def _configure(bind: str | None, file: Path | None) -> Config:
    try:
        config = Config.from_toml(file or assets.find("hypercorn.toml"))
    except (ValueError, OSError) as error:
        raise BadSettings([f"--config={str(file)!r}: {error}"]) from error
    config.workers = 1  # we are it; Hypercorn would only warn that it starts none
    config.loglevel = "WARNING"  # the address is told by us, once
    if bind:
        config.bind = bind
    return config


async def _serve(app: Quart, config: Config) -> None:
    """Serve until SIGTERM or Ctrl-C, and be gone soon after, whoever holds on to us."""
    party = app.extensions["watchparty.party"]
    await party.store.open()
    raise_file_limit()
    stopped = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    for address in listen(config):
        click.echo(address)
    serving = asyncio.ensure_future(hypercorn_serve(app, config, shutdown_trigger=stopped.wait))
    stopping = asyncio.ensure_future(stopped.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await _let_finish(serving)
    await party.store.close()
    if not serving.done():
        logging.shutdown()
        os._exit(0)  # nothing is left to lose, and Hypercorn may wait for such clients for ever
    await serving


async def _let_finish(serving: asyncio.Future[None]) -> None:
    """Return when the server has ended, or has come to a standstill over clients that stall."""
    before = None
    while not serving.done() and (left := len(asyncio.all_tasks())) != before:
        before = left
        await asyncio.wait([serving], timeout=STANDSTILL)
