"""A client of Meta's Graph API that makes the mistakes that real ones make; each has its own method."""

import json
from typing import Any

import httpx2

from tests.graphsim.conftest import Caller

ENOUGH = 5
"""How often the careless client tries, polls or waits before it gives up."""


class Careless:
    """Publishes for one owner: a Page, or an Instagram account, with the Page's token."""

    def __init__(self, owner: tuple[str, Caller]) -> None:
        self.id, self.caller = owner

    def container(self, image_url: str, caption: str = "") -> str:
        """A container of a picture."""
        return str(self.caller.done("POST", f"{self.id}/media", image_url=image_url, caption=caption)["id"])

    def publish(self, container: str) -> Any:
        """One publish call."""
        return self.caller.call("POST", f"{self.id}/media_publish", creation_id=container)

    def post(self, **params: Any) -> Any:
        """One post on the Page."""
        return self.caller.call("POST", f"{self.id}/feed", **params)

    def retry_until_200(self, send: Any) -> Any:
        """Whatever went wrong, send it again."""
        for _ in range(ENOUGH):
            try:
                reply = send()
            except httpx2.TransportError:
                continue
            if reply.status_code == 200 and _is_json(reply.text):
                return reply
        return None

    def believes_transient(self, reply: Any) -> bool:
        """Whether to try again, as `is_transient` says."""
        return bool(reply.json().get("error", {}).get("is_transient", False))

    def latest(self) -> str:
        """'My' post: the first of the list."""
        return str(self.caller.done("GET", f"{self.id}/media", fields="id,caption")["data"][0]["id"])

    def delete(self, id: str) -> bool:
        """200 means gone."""
        return bool(self.caller.call("DELETE", id).status_code == 200)

    def finished_by_status(self, container: str) -> bool:
        """Polls `status_code` only, and a failed read is a failed post."""
        for _ in range(ENOUGH):
            reply = self.caller.call("GET", container, fields="status_code").json()
            if "error" in reply:
                return False
            if reply["status_code"] == "FINISHED":
                return True
        return False


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
