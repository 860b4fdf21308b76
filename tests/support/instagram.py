"""Steps of Instagram tests: containers, their end, files on the caller's own host."""

from typing import Any

from tests.graphsim.conftest import Caller, Site

Account = tuple[str, Caller]
IMAGE_SECONDS, VIDEO_SECONDS, DAY = 30, 60, 24 * 3600
"""How slow the simulator of these tests is, so that only the control clock ends processing."""
NOT_MEDIA = (9004, 2207052)


def pass_time(caller: Caller, seconds: float) -> None:
    """Move the simulator's clock."""
    caller.sim.control("POST", "clock", json={"seconds": seconds})


def make(instagram: Account, **params: Any) -> str:
    """A container that may still be in progress."""
    return str(instagram[1].done("POST", f"{instagram[0]}/media", **params)["id"])


def read(caller: Caller, container: str, field: str = "status_code") -> Any:
    """One field of a container."""
    return caller.done("GET", container, fields=field)[field]


def ended(instagram: Account, **params: Any) -> str:
    """`status` of a container once its processing is over."""
    container = make(instagram, **params)
    pass_time(instagram[1], VIDEO_SECONDS)
    return str(read(instagram[1], container, "status"))


def serve(site: Site, name: str, body: bytes, kind: str = "video/mp4", status: int = 200) -> str:
    """The URL of a file on the caller's own host."""
    site.files[f"/{name}"] = (status, kind, body)
    return f"{site.url}/{name}"
