"""One real run that has an event of every type: `publicist serve` with its simulated Meta, and a clock that is moved.

`python -m tests.support.event_runs` writes what it saw into the package, as the examples of the docs.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from publicist.api.event_spec import EXAMPLES_FILE
from publicist.crypto.envelope import Vault
from publicist.crypto.master_keys import KeyFile
from publicist.domain.events import EVENT_TYPES
from publicist.kit.settings import SANDBOX_APP_ID, SANDBOX_APP_SECRET
from publicist.storage.session import driver_url
from publicist.storage.tables import grants
from tests.support.consent import press
from tests.support.normal import normal
from tests.support.receivers import receiving
from tests.support.served import SHARED, Served, serving, wait_for

ENV = {
    **SHARED,
    "PUBLICIST_META_GRAPH_VERSION": "v25.0",
    "PUBLICIST_PACE": "0.01",
    "PUBLICIST_SETTLE_SECONDS": "1",
    "PUBLICIST_TOKEN_LOOK_SECONDS": "0.2",
}
LATER, LATEST = "2031-05-01T09:00:00.000Z", "2031-06-01T09:00:00.000Z"
TOLD_OF_VERSION = datetime(2028, 2, 5, tzinfo=UTC)
"""When v25.0, which the run pins, is served for 175 days more."""
DAY = timedelta(days=1)


@dataclass
class Run:
    """The server, two of its accounts, and what it tells."""

    served: Served
    clock: Path
    page: Mapping[str, Any]
    spare: Mapping[str, Any]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Events of a type so far, oldest first."""
        found: list[dict[str, Any]] = self.served.call("GET", f"/v1/events?type={kind}&limit=100").json()["data"]
        return found

    def example(self, kind: str) -> dict[str, Any]:
        """The first one; of what happens to several accounts at once, that of the Page."""
        found = self.told(kind)
        return next((event for event in found if event["data"].get("accountId") == self.page["id"]), found[0])

    def hears(self, kind: str) -> None:
        """Wait for one."""
        wait_for(lambda: self.told(kind), seconds=60)

    def hears_of_look(self, kind: str) -> None:
        """Wait for one that comes of a look at tokens, and for the look's end: the next one is a day after that."""
        self.hears(kind)
        said = datetime.fromisoformat(self.told(kind)[-1]["createdAt"])
        wait_for(lambda: self._looked_at() >= said)

    def _looked_at(self) -> datetime:
        engine = sa.create_engine(driver_url(_database(self)))
        with engine.connect() as connection:
            found = connection.execute(sa.select(grants.c.checked_at)).scalar()
        engine.dispose()
        return found or datetime.min.replace(tzinfo=UTC)

    def post(self, text: str, **more: Any) -> str:
        """A text on the Page; its id."""
        body = {"targets": [{"accountId": self.page["id"]}], "text": text, **more}
        reply = self.served.post(body, Prefer="respond-async").json()
        return str(reply["results"][0]["postId"])

    def move(self, by: timedelta) -> None:
        """Time passes, here and at Meta."""
        whole = self.clock.with_suffix(".new")  # the server reads at any moment
        whole.write_text(str(float(self.clock.read_text()) + by.total_seconds()))
        whole.replace(self.clock)
        self.served.control("POST", "clock", json={"seconds": by.total_seconds()})

    @contextmanager
    def faults(self, *faults: Mapping[str, Any]) -> Iterator[None]:
        """Meta misbehaves for a while."""
        self.served.control("POST", "faults", json={"faults": list(faults)})
        yield
        self.served.control("DELETE", "faults")


def run(folder: Path) -> dict[str, Any]:
    """An event of each type, with ids and times that are the same in every run."""
    clock = folder / "clock"
    clock.write_text("0")
    with serving(folder / "data", env={**ENV, "CLOCK_FILE": str(clock)}, module="tests.support.moved_clock") as served:
        accounts = served.connect()
        pages = [account for account in accounts if account["platform"] == "facebook"]
        running = Run(served, clock, pages[0], pages[-1])
        for chapter in (_posts, _changes, _trouble, _tokens, _versions):
            chapter(running)
        found = {kind: running.example(kind) for kind in EVENT_TYPES}
        return normal(found, {served.url: "https://publicist.example.com", LATER: LATER, LATEST: LATEST})


def _posts(run: Run) -> None:
    """Published; and an endpoint that is gone."""
    with receiving(lambda _: 410) as receiver:
        hook = {"url": receiver.url, "events": ["post.published"]}
        assert run.served.call("POST", "/v1/webhook-endpoints", json=hook).status_code == 201
        run.post("Good morning")
        run.hears("post.published")
        run.hears("webhook.disabled")


def _changes(run: Run) -> None:
    """Scheduled, edited, moved, canceled; held until it fails; an account that goes."""
    id = run.post("Good evening", scheduledAt=LATER)
    run.served.call("PATCH", f"/v1/posts/{id}", json={"text": "Good night"})
    run.served.call("PATCH", f"/v1/posts/{id}", json={"scheduledAt": LATEST})
    run.served.call("DELETE", f"/v1/posts/{id}")
    run.served.call("POST", f"/v1/accounts/{run.page['id']}/pause")
    run.post("Not yet")
    run.hears("post.held")
    run.move(8 * DAY)
    run.hears("post.failed")
    run.served.call("POST", f"/v1/accounts/{run.page['id']}/resume")
    run.served.call("DELETE", f"/v1/accounts/{run.spare['id']}")


def _trouble(run: Run) -> None:
    """Refused, and in doubt."""
    run.post("sim:error=506 the same words again")
    run.hears("post.rejected")
    lost = {"kind": "reset", "edge": "POST /{page}/feed", "calls": "1-", "when": "before"}
    unreadable = {"kind": "http", "status": 500, "edge": "GET /{page}/feed", "calls": "1-", "when": "before"}
    with run.faults(lost, unreadable):
        run.post("Is it out?")
        run.hears("post.unconfirmed")


def _tokens(run: Run) -> None:
    """Exchanged, near its end, dead, alive again."""
    _give_short_token(run)
    run.hears_of_look("token.refreshed")
    run.post("In two months", scheduledAt=LATER)
    run.move(50 * DAY)
    run.hears_of_look("token.expiring")
    run.served.control("POST", "end", json={"subcode": 460, "page": run.page["platformAccountId"]})
    run.move(2 * DAY)
    run.hears_of_look("account.reconnect_required")
    run.served.connect()
    run.hears("account.recovered")


def _give_short_token(run: Run) -> None:
    """The consent's row gets a token as the dialog gives it, which Meta exchanges: a long-lived one stays as it is."""
    start = run.served.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
    code = parse_qs(urlsplit(press(run.served.http, start["authorizationUrl"])).query)["code"][0]
    form = {"client_id": SANDBOX_APP_ID, "client_secret": SANDBOX_APP_SECRET}
    form |= {"redirect_uri": start["redirectUri"], "code": code}
    url = f"{run.served.url}/sandbox/meta/graph.facebook.com/v25.0/oauth/access_token"
    token = run.served.http.post(url, data=form).json()["access_token"]
    vault, engine = Vault(KeyFile(run.served.data_dir)), sa.create_engine(driver_url(_database(run)))
    with engine.begin() as connection:
        row = connection.execute(sa.select(grants)).mappings().one()
        context = ":".join(str(row[name]) for name in ("organization_id", "environment", "family", "subject"))
        values = {"token": vault.seal(token, context), "next_check_at": None}
        connection.execute(grants.update().values(values))
    engine.dispose()


def _database(run: Run) -> str:
    return f"sqlite:///{run.served.data_dir}/publicist.db"


def _versions(run: Run) -> None:
    """Years later."""
    now = datetime.now(UTC) + timedelta(seconds=float(run.clock.read_text()))
    run.move(TOLD_OF_VERSION - now)
    run.hears("version.deprecated")


def main() -> int:
    """Run, and write."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder))
    EXAMPLES_FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{len(found)} events written to {EXAMPLES_FILE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
