"""A request with a key survives `kill -9` of the server at any point: sent again, it has one effect and one answer."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
import sqlalchemy as sa

from publicist.storage import tables
from publicist.storage.session import driver_url
from tests.support import files
from tests.support.databases import ENGINES
from tests.support.served import Served, serving

FAR = "2031-05-01T09:00:00+02:00"
CANCEL_AT = ["claimed", "before the commit", "before the answer"]
UPLOAD_AT = ["in the upload", "before the commit", "before the answer"]


class Victim:
    """A server that is started again and again on one database, and can be told where to die."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._folder = folder
        self._key: str | None = None
        self._env = {"STOP_FOLDER": str(folder), "PUBLICIST_DATABASE_URL": database_url}

    @contextmanager
    def running(self, *, sandbox: bool = False) -> Iterator[Served]:
        """The next life; nothing here asks Meta for anything once accounts are connected."""
        env = {**self._env, "PUBLICIST_SANDBOX": str(sandbox).lower()}
        module = "tests.support.idempotency_victim"
        with serving(self._folder / "data", env=env, key=self._key, module=module) as served:
            self._key = served.key
            yield served

    def dies(self, served: Served, moment: str, send: Callable[[Served], httpx2.Response]) -> None:
        """Send a request that does not live to its answer."""
        (self._folder / "arm").write_text(moment)
        with pytest.raises(httpx2.TransportError):
            send(served)
        assert not (self._folder / "arm").exists(), f"{moment!r} was not reached"
        deadline = time.monotonic() + 10
        while _is_running(served.pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _is_running(pid: int) -> bool:
    """Whether a child has not ended; one that waits to be collected has."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, make_database_url: Callable[[str], str]) -> str:
    """A new database on either engine."""
    return make_database_url(request.param)


@pytest.fixture
def victim(tmp_path: Path, database_url: str) -> Victim:
    """A server with stop points."""
    return Victim(tmp_path, database_url)


def rows(database_url: str, query: sa.Select[int]) -> int:
    """A number out of the database."""
    engine = sa.create_engine(driver_url(database_url))
    with engine.connect() as connection:
        found: int = connection.execute(query).scalar_one()
    engine.dispose()
    return found


def canceled(database_url: str, id: str) -> int:
    """How often a post was canceled."""
    events = tables.events.c
    of_post = (events.target_id == id, events.type == "post.canceled")
    return rows(database_url, sa.select(sa.func.count()).select_from(tables.events).where(*of_post))


def media(database_url: str) -> int:
    """How many files are stored."""
    return rows(database_url, sa.select(sa.func.count()).select_from(tables.media))


def test_a_change_is_made_once_wherever_the_server_dies(victim: Victim, database_url: str) -> None:
    with victim.running(sandbox=True) as served:
        account = next(one["id"] for one in served.connect() if one["platform"] == "facebook")
        made = [queued(served, account) for _ in CANCEL_AT]
        victim.dies(served, CANCEL_AT[0], _cancel(made[0]))
    for id, moment, then in zip(made, CANCEL_AT, [*CANCEL_AT[1:], ""], strict=True):
        is_kept = moment == "before the answer"
        assert canceled(database_url, id) == int(is_kept), moment
        with victim.running() as served:
            first, again = _cancel(id)(served), _cancel(id)(served)
            if then:
                victim.dies(served, then, _cancel(made[CANCEL_AT.index(then)]))
        assert (first.status_code, first.json()) == (200, {"id": id, "status": "canceled"}), first.text
        assert ("idempotency-replayed" in first.headers) == is_kept
        assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
        assert canceled(database_url, id) == 1


def queued(served: Served, account: str) -> str:
    """A post that waits for its time."""
    body = {"targets": [{"accountId": account}], "text": f"later {uuid.uuid4()}", "scheduledAt": FAR}
    return str(served.post(body).json()["results"][0]["postId"])


def _cancel(id: str) -> Callable[[Served], httpx2.Response]:
    """The same request whenever it is sent."""
    return lambda served: served.call("DELETE", f"/v1/posts/{id}", headers={"Idempotency-Key": f"cancel-{id}"})


def test_an_upload_is_stored_once_wherever_the_server_dies(victim: Victim, database_url: str) -> None:
    with victim.running() as served:
        victim.dies(served, UPLOAD_AT[0], _upload(0))
    for number, moment in enumerate(UPLOAD_AT):
        is_kept = moment == "before the answer"
        assert media(database_url) == number + int(is_kept), moment
        with victim.running() as served:
            first, again = _upload(number)(served), _upload(number)(served)
            url = urlsplit(first.json()["url"])
            whole = served.http.get(f"{served.url}{url.path}?{url.query}")
            if number + 1 < len(UPLOAD_AT):
                victim.dies(served, UPLOAD_AT[number + 1], _upload(number + 1))
        assert (first.status_code, again.content) == (201, first.content), first.text
        assert ("idempotency-replayed" in first.headers) == is_kept
        assert again.headers["idempotency-replayed"] == "true"
        assert whole.content == _file(number)
    assert media(database_url) == len(UPLOAD_AT)


def _file(number: int) -> bytes:
    """Large enough to be cut in the middle."""
    return files.bmp(300 + number, 300)


def _upload(number: int) -> Callable[[Served], httpx2.Response]:
    """The same request whenever it is sent, but for its boundary."""
    key = {"Idempotency-Key": f"upload-{number}"}
    return lambda served: served.call("POST", "/v1/media", headers=key, files={"file": ("a.bmp", _file(number))})
