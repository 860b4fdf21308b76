"""`graphsim serve`: run the simulator."""

import argparse
import asyncio
import json
import os
import socket
from contextlib import suppress

import uvicorn

from graphsim.app import create_app
from graphsim.settings import DEMO_APP_ID, DEMO_APP_SECRET, Settings
from graphsim.state import State

_BACKLOG = 2048


def main() -> None:
    """Entry point of the console script."""
    options = _parser().parse_args()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((options.host, options.port))
        listener.listen(_BACKLOG)
        asyncio.run(_serve(options, listener))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="graphsim", description="A simulated Meta Graph API.")
    serve = parser.add_subparsers(required=True).add_parser("serve", help="run until stopped")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8485, help="0 picks a free one")
    serve.add_argument("--state", default=":memory:", help="file that keeps the state; in memory by default")
    serve.add_argument("--public-base", help="URL under which people reach it; its own by default")
    serve.add_argument("--app-id", default=DEMO_APP_ID)
    serve.add_argument("--app-secret", default=os.environ.get("GRAPHSIM_APP_SECRET", DEMO_APP_SECRET))
    serve.add_argument("--app-name", default="Publicist demo")
    serve.add_argument("--redirect-uri", action="append", default=[], help="an allowed callback; repeatable")
    serve.add_argument("--world", default="demo", help="a named world, or a JSON file")
    serve.add_argument("--image-seconds", type=float, default=0.2)
    serve.add_argument("--video-seconds", type=float, default=1.0)
    serve.add_argument("--parent-pid", type=int, help="end when this process is gone")
    serve.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    return parser


async def _serve(options: argparse.Namespace, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    own = f"http://{host}:{port}"
    settings = Settings(
        base_url=(options.public_base or own).rstrip("/"),
        state=options.state,
        app_id=options.app_id,
        app_secret=options.app_secret,
        app_name=options.app_name,
        redirect_uris=tuple(options.redirect_uri),
        world=options.world,
        image_seconds=options.image_seconds,
        video_seconds=options.video_seconds,
    )
    state = State(settings)
    config = uvicorn.Config(
        create_app(state),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        date_header=False,
    )
    server = uvicorn.Server(config)
    watching = asyncio.create_task(_end_with(options.parent_pid, server)) if options.parent_pid else None
    print(json.dumps({"url": own, "pid": os.getpid()}) if options.json else f"graphsim at {own}", flush=True)
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
