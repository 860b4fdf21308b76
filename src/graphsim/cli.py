"""`graphsim serve`: run the simulator. `graphsim coverage`: what it covers."""

import argparse
import asyncio
import gc
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graphsim.app import create_app
from graphsim.coverage.command import print_coverage
from graphsim.settings import DEMO_APP_ID, DEMO_APP_SECRET, Profile, Settings
from graphsim.state import State
from graphsim.worlds import WorldError, names

_BACKLOG = 2048


class _Protocol(HttpToolsProtocol):
    """Hands the connection to the application, so that faults can cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["graphsim.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


def main() -> None:
    """Entry point of the console script."""
    parser = argparse.ArgumentParser(prog="graphsim", description="A simulated Meta Graph API.")
    commands = parser.add_subparsers(required=True, dest="command")
    _serve_options(commands.add_parser("serve", help="run until stopped"))
    coverage = commands.add_parser("coverage", help="what of the Graph API is simulated")
    coverage.add_argument("--json", action="store_true", help="counts, also for each section")
    options = parser.parse_args()
    if options.command == "coverage":
        print_coverage(as_json=options.json)
        return
    with listening(options.host, options.port) as listener:
        try:
            asyncio.run(_serve(options, listener))
        except WorldError as error:
            parser.error(str(error))


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket to serve on; port 0 is a free one."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it; the event loop sets it on its own sockets only, and without it an answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        yield listener


def _serve_options(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8485, help="0 picks a free one")
    serve.add_argument("--state", default=":memory:", help="file that keeps the state; in memory by default")
    serve.add_argument("--public-base", help="URL under which people reach it; its own by default")
    serve.add_argument("--world", default="demo", help=f"{', '.join(names())}, or a JSON file")
    serve.add_argument("--profile", type=Profile, default=Profile.DEFAULT, help="default or strict")
    serve.add_argument("--seed", default="", help="the same ids, tokens and faults in every run")
    serve.add_argument("--fixed-clock", type=datetime.fromisoformat, help="a time that stands still")
    serve.add_argument("--clock-step", type=float, default=0.0, help="seconds that each call moves the clock by")
    serve.add_argument("--parent-pid", type=int, help="end when this process is gone")
    serve.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    app = serve.add_argument_group("the app")
    app.add_argument("--app-id", default=DEMO_APP_ID)
    app.add_argument("--app-secret", default=os.environ.get("GRAPHSIM_APP_SECRET", DEMO_APP_SECRET))
    app.add_argument("--app-name", default="Publicist demo")
    app.add_argument("--app-in-development", action="store_true", help="consent only for people with a role on it")
    app.add_argument("--redirect-uri", action="append", default=[], help="an allowed callback; repeatable")
    app.add_argument("--login-configuration", action="append", default=[], help="an allowed config_id; repeatable")
    app.add_argument("--deauthorize-url", default="")
    app.add_argument("--data-deletion-url", default="")
    app.add_argument("--webhook-url", default="")
    app.add_argument("--webhook-verify-token", default="")
    app.add_argument("--proof-optional", action="store_true", help="take calls without appsecret_proof")
    app.add_argument("--equal-posts", action="store_true", help="take the same words twice on a Page (no 506)")
    pace = serve.add_argument_group("pace, in seconds, and limits")
    for name in ("image", "video", "commit", "lag", "fetch"):
        default = Settings.__dataclass_fields__[f"{name}_seconds"].default
        pace.add_argument(f"--{name}-seconds", type=float, default=default)
    for name in ("app_calls_per_hour", "user_calls_per_hour", "object_calls_per_day"):
        pace.add_argument(f"--{name.replace('_', '-')}", type=int, default=Settings.__dataclass_fields__[name].default)


def _settings(options: argparse.Namespace, own: str) -> Settings:
    given: dict[str, Any] = {
        name: value for name, value in vars(options).items() if name in Settings.__dataclass_fields__
    }
    fixed = options.fixed_clock.timestamp() if options.fixed_clock else None
    return Settings(
        **given
        | {
            "base_url": (options.public_base or own).rstrip("/"),
            "fixed_clock": fixed,
            "redirect_uris": tuple(options.redirect_uri),
            "login_configurations": tuple(options.login_configuration),
            "proof_required": not options.proof_optional,
        }
    )


async def _serve(options: argparse.Namespace, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    own = f"http://{host}:{port}"
    state = State(_settings(options, own))
    config = uvicorn.Config(
        create_app(state),
        http=_Protocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        date_header=False,
    )
    server = uvicorn.Server(config)
    watching = asyncio.create_task(_end_with(options.parent_pid, server)) if options.parent_pid else None
    print(json.dumps({"url": own, "pid": os.getpid()}) if options.json else f"graphsim at {own}", flush=True)
    gc.freeze()  # what is loaded by now stays: nobody has to look through it for garbage while calls wait
    with suppress(KeyboardInterrupt):
        await server.serve(sockets=[listener])
    if watching is not None:
        watching.cancel()
    state.database.close()


async def _end_with(parent: int, server: uvicorn.Server) -> None:
    """A child that outlives its parent would hold its port and its file."""
    while True:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            server.should_exit = True
            return
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    main()
