"""The `publicist` command. Each subcommand is a module of this folder, loaded only when it is called."""

import gc
import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from publicist import __version__

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="API keys.")
users = typer.Typer(no_args_is_help=True, help="People who log in.")
sandbox = typer.Typer(no_args_is_help=True, help="The simulated Meta.")
media = typer.Typer(no_args_is_help=True, help="Stored files.")
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")
app.add_typer(media, name="media")
app.add_typer(sandbox, name="sandbox")

Email = Annotated[str, typer.Argument(help="The user's address.")]
Organization = Annotated[str | None, typer.Option(help="Id of the organization; the first one by default.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder for the database, media and generated keys.")]
Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of words.")]


def _run(module: str, **options: Any) -> None:
    """Call `run` of a command's module; a heavy import is paid only by the command that needs it."""
    gc.disable()  # what is loaded stays: looking through it for garbage again and again is a part of each start
    run = importlib.import_module(f"publicist.cli.{module}").run
    gc.enable()
    sys.exit(run(**options))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Run the API, the worker and the simulated Meta until stopped."""
    _run("serve", host=host, port=port, data_dir=data_dir, as_json=json)


@app.command()
def worker(data_dir: DataDir = None, json: Json = False) -> None:
    """Publish what `publicist serve` accepts, in a process of its own (PostgreSQL only)."""
    _run("worker", data_dir=data_dir, as_json=json)


@app.command()
def demo(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Your own images and a video instead of the samples.")
    ] = None,
    data_dir: DataDir = None,
    port: Annotated[int, typer.Option(help="Port of the demo server; 0 picks a free one.")] = 8484,
    keep: Annotated[bool | None, typer.Option("--keep/--no-keep", help="Keep serving afterwards.")] = None,
    json: Json = False,
) -> None:
    """Start on an empty data directory, connect simulated accounts, and publish seven posts."""
    _run("demo", files=files or [], data_dir=data_dir, port=port, keep=keep, as_json=json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, for example publicist.tar.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Copy the database and the media into one file, beside a running server (SQLite)."""
    _run("backup", file=file, data_dir=data_dir, as_json=json)


@app.command()
def restore(
    file: Annotated[
        Path | None, typer.Argument(help="What `backup` wrote; leave it out once PostgreSQL is back.")
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Bring a backup back; what went out after it does not go out again. Run it before the server starts."""
    _run("restore", file=file, data_dir=data_dir, as_json=json)


@keys.command("create")
def keys_create(
    env: Annotated[str, typer.Option(help="live or test.")] = "test",
    name: Annotated[str, typer.Option(help="What the key is for.")] = "made by the command line",
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do, as posts:write; repeat it. All by default.")
    ] = None,
    expires_days: Annotated[float | None, typer.Option(help="After how many days it ends; never by default.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make an API key; it is shown once."""
    options = {"environment": env, "name": name, "scopes": scope or [], "expires_days": expires_days}
    _run("keys", **options, data_dir=data_dir, as_json=json)


@keys.command("rotate-master")
def keys_rotate_master(
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="No new key: forget the older ones, and media URLs they signed.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Seal every stored token with a new master key, while servers run."""
    _run("rotate_master", forget_old=forget_old, data_dir=data_dir, as_json=json)


@users.command("add")
def users_add(
    email: Email,
    role: Annotated[str, typer.Option(help="owner, admin, editor or viewer.")] = "viewer",
    organization: Organization = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Add a user; a new one's password is asked for, or read from the first line of stdin."""
    options = {"email": email, "role": role, "organization": organization}
    _run("users", command="add", **options, data_dir=data_dir, as_json=json)


@users.command("list")
def users_list(data_dir: DataDir = None, json: Json = False) -> None:
    """Who is in which organization, and as what."""
    _run("users", command="list", data_dir=data_dir, as_json=json)


@users.command("set-password")
def users_set_password(email: Email, data_dir: DataDir = None, json: Json = False) -> None:
    """Give a user another password (asked for, or from stdin); every session of the user ends."""
    _run("users", command="set-password", email=email, data_dir=data_dir, as_json=json)


@users.command("remove")
def users_remove(email: Email, organization: Organization = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Take a user out of an organization; who is in no other is deleted."""
    _run("users", command="remove", email=email, organization=organization, data_dir=data_dir, as_json=json)


@media.command("sweep")
def media_sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many files have expired.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Delete files that no post needs any more; a running server does so by itself every hour."""
    _run("media", dry_run=dry_run, data_dir=data_dir, as_json=json)


@sandbox.command("connect")
def sandbox_connect(
    url: Annotated[str, typer.Option(envvar="PUBLICIST_URL", help="Where Publicist runs.")] = "http://127.0.0.1:8484",
    key: Annotated[str, typer.Option(envvar="PUBLICIST_API_KEY", help="A test key.")] = "",
    json: Json = False,
) -> None:
    """Go through the simulated Meta's consent, and print the accounts."""
    _run("sandbox", url=url, key=key, as_json=json)


@app.command()
def listen(
    forward_to: Annotated[str | None, typer.Option(help="POST each event to this URL too, signed.")] = None,
    event: Annotated[list[str] | None, typer.Option(help="Only events of this type; repeatable.")] = None,
    after: Annotated[str | None, typer.Option(help="Begin after the event with this id instead of now.")] = None,
    secret: Annotated[
        str, typer.Option(envvar="PUBLICIST_LISTEN_SECRET", help="Signing secret (whsec_...); a new one if not given.")
    ] = "",
    url: Annotated[str, typer.Option(envvar="PUBLICIST_URL", help="Where Publicist runs.")] = "http://127.0.0.1:8484",
    key: Annotated[str, typer.Option(envvar="PUBLICIST_API_KEY", help="An API key.")] = "",
    json: Json = False,
) -> None:
    """Show events as they happen, and send them on to a URL on this machine, as webhooks come."""
    _run("listen", url=url, key=key, forward_to=forward_to, types=event or [], after=after, secret=secret, as_json=json)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
