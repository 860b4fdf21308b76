"""`publicist demo`: the main job from nothing, shown step by step."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from publicist.cli.consent import grant_everything
from publicist.cli.output import CommandFailed, fail, print_json
from publicist.client import ApiError, Client
from publicist.client.client import Json

SAMPLES = Path(__file__).parent / "samples"
SAMPLE_FILES = ("coffee.jpg", "cat.jpg", "rocket.jpg", "clip.mp4")
_DONE = frozenset({"published", "failed", "rejected", "unconfirmed", "canceled"})
_WAIT_SECONDS = 120.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Uploads:
    """Media ids, by kind; never empty."""

    images: tuple[str, ...]
    videos: tuple[str, ...]

    def image(self, index: int) -> str:
        """An image, going round when there are fewer."""
        return self.images[index % len(self.images)]


@dataclass(frozen=True, slots=True)
class Made:
    """One post of the demo; `ms` from request to result."""

    name: str
    status: str
    permalink: str | None
    ms: int
    error: str | None = None


def run(files: Sequence[Path], data_dir: Path | None, port: int, keep: bool | None, as_json: bool) -> int:
    """Everything; 0 when all seven posts are published."""
    folder = data_dir or Path("data") / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    console = Console(stderr=as_json, highlight=False, soft_wrap=True)
    stay = keep if keep is not None else sys.stdout.isatty() and not as_json
    try:
        _check(files, folder)
        with _server(folder, port, console) as ready, Client(ready["url"], ready["testKey"]) as client:
            accounts, made = _tour(client, files, console)
            _report(console, ready["url"], made)
            if stay:
                console.print("\nServing until Ctrl-C.")
                _until_interrupted()
    except (ApiError, CommandFailed) as error:
        hint = f"; {error.remediation}" if isinstance(error, ApiError) and error.remediation else ""
        return fail(f"{error}{hint}")
    ok = all(one.status == "published" for one in made)
    if as_json:
        print_json(_summary(ok, accounts, made))
    elif not stay:
        again = f"./dev serve --data-dir {folder} --port {ready['url'].rsplit(':', 1)[1]}"
        console.print(f"\nThe server has stopped. To look at the feed again: [bold]{again}[/bold]")
    return 0 if ok else 1


def _check(files: Sequence[Path], folder: Path) -> None:
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise CommandFailed(f"there is no file {missing[0]}")
    if folder.exists() and any(folder.iterdir()):
        raise CommandFailed(f"{folder} is not empty; the demo starts on an empty folder (choose another --data-dir)")


@contextmanager
def _server(folder: Path, port: int, console: Console) -> Iterator[Mapping[str, Any]]:
    """`publicist serve` as a process of its own; on another port when the wanted one is taken."""
    console.print(f"Starting Publicist on the empty folder {folder} (SQLite, local files, simulated Meta)")
    folder.mkdir(parents=True, exist_ok=True)
    process, ready = _start(folder, port) or _start(folder, 0) or (None, None)
    if process is None or ready is None:
        raise CommandFailed(f"the server did not start; its log is {folder / 'demo.log'}")
    console.print(f"  running at {ready['url']}")
    try:
        yield ready
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _start(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], Mapping[str, Any]] | None:
    command = [
        sys.executable,
        "-m",
        "publicist.cli.main",
        "serve",
        "--json",
        "--port",
        str(port),
        "--data-dir",
        str(folder),
    ]
    with (folder / "demo.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=os.environ)  # noqa: S603 - our own
    assert process.stdout is not None
    line = process.stdout.readline()
    if line:
        return process, json.loads(line)
    process.wait()
    return None


def _tour(client: Client, files: Sequence[Path], console: Console) -> tuple[list[Json], list[Made]]:
    console.print("\nConnecting: one Meta consent")
    grant_everything(client, lambda words: console.print(f"  {words}"))
    accounts = client.accounts()
    for account in accounts:
        console.print(f"  {account['platform']:<10} {account['displayName']}")
    console.print("\nUploading")
    uploads = _upload(client, files or [SAMPLES / name for name in SAMPLE_FILES], console)
    console.print("\nPublishing")
    return accounts, [_publish(client, name, body, console) for name, body in _bodies(accounts, uploads)]


def _upload(client: Client, files: Sequence[Path], console: Console) -> Uploads:
    """Upload everything; what the bytes are is the server's word."""
    by_kind: dict[str, list[str]] = {"image": [], "video": []}
    for path in files:
        media = client.upload(path)
        if media["kind"] not in by_kind:
            raise CommandFailed(f"{path} is {media['contentType']}, neither an image nor a video")
        by_kind[media["kind"]].append(media["id"])
        facts = media["facts"]
        lasts = f", {facts['duration']:.1f} s" if "duration" in facts else ""
        size = f"{facts.get('width')} x {facts.get('height')}{lasts}"
        console.print(f"  {path.name:<14} {media['contentType']}, {size}, {media['sizeBytes']:,} bytes")
    for kind, found in by_kind.items():
        if not found:
            raise CommandFailed(f"the demo needs at least one {kind}; give one, or no files at all for the samples")
    return Uploads(tuple(by_kind["image"]), tuple(by_kind["video"]))


def _bodies(accounts: Sequence[Json], uploads: Uploads) -> Iterator[tuple[str, Json]]:
    """The seed document's three bodies with their ids filled in, and four posts on the Page."""
    instagram = next(account for account in accounts if account["platform"] == "instagram")
    pages = (account for account in accounts if account["platform"] == "facebook")
    page = next(one for one in pages if one["platformAccountId"] == instagram["metadata"]["pageId"])
    for name in ("single-image", "reels", "carousel"):
        body = json.loads((SAMPLES / f"{name}.json").read_text())
        body["account"]["id"] = instagram["id"]
        for index, item in enumerate(body["media"]):
            item["mediaId"] = uploads.videos[0] if item["kind"] == "video" else uploads.image(index)
        yield name, body
    account = {"platform": "facebook", "id": page["id"]}
    images = [{"kind": "image", "mediaId": uploads.image(index), "altText": "A photograph"} for index in range(2)]
    yield "page-text", {"account": account, "text": "Good morning from Publicist."}
    yield "page-photo", {"account": account, "text": "One photograph", "media": images[:1]}
    yield "page-photos", {"account": account, "text": "Two photographs", "media": images}
    yield (
        "page-video",
        {"account": account, "text": "A video", "media": [{"kind": "video", "mediaId": uploads.videos[0]}]},
    )


def _publish(client: Client, name: str, body: Json, console: Console) -> Made:
    """Send one body, and follow it to its end with its progress shown."""
    start = time.perf_counter()
    with _progress(console, name) as progress:
        post = client.create_post(body, wait_seconds=0)
        while post["status"] not in _DONE and time.perf_counter() - start < _WAIT_SECONDS:
            time.sleep(0.1)
            post = client.post(post["id"])
            progress(_doing(post))
    ms = round((time.perf_counter() - start) * 1000)
    error = (post.get("error") or {}).get("message")
    made = Made(name, post["status"], post.get("platformUri") or post.get("uri"), ms, error)
    mark = "[green]published[/green]" if made.status == "published" else f"[red]{made.status}[/red] {error or ''}"
    console.print(f"  {name:<13} {mark}  {ms:,} ms")
    return made


@contextmanager
def _progress(console: Console, name: str) -> Iterator[Callable[[str], None]]:
    """A line that changes on a terminal; elsewhere, a line whenever the step changes."""
    if console.is_terminal:
        with console.status(f"{name}: storing") as status:
            yield lambda words: status.update(f"{name}: {words}")
        return
    last = ""

    def say(words: str) -> None:
        nonlocal last
        if words != last:
            console.print(f"  {name:<13} {words}")
        last = words

    yield say


_WORDS = {
    "container": "making the container",
    "upload": "uploading",
    "status": "Instagram is processing",
    "photo": "uploading the photo",
    "start": "uploading",
    "transfer": "uploading",
    "publish": "publishing",
    "feed": "publishing",
    "finish": "publishing",
    "video": "Facebook is processing",
    "permalink": "reading the permalink",
}
"""What the keys of steps mean to a person."""


def _doing(post: Json) -> str:
    """The latest step in words."""
    steps = [step["key"].split(":")[0] for attempt in post.get("attempts", ()) for step in attempt["steps"]]
    return _WORDS.get(steps[-1], steps[-1]) if steps else str(post["status"])


def _report(console: Console, url: str, made: Sequence[Made]) -> None:
    console.print(f"\n[bold]{'Post':<13} {'Status':<11} Permalink[/bold]")
    for one in made:
        console.print(f"{one.name:<13} {one.status:<11} {one.permalink or one.error or ''}")
    console.print(f"\nSee the feed at [bold]{url}/sandbox/meta/[/bold]")


def _summary(ok: bool, accounts: Sequence[Json], made: Sequence[Made]) -> Json:
    count = {platform: sum(a["platform"] == platform for a in accounts) for platform in ("facebook", "instagram")}
    posts = [{"name": m.name, "status": m.status, "permalink": m.permalink, "ms": m.ms} for m in made]
    return {"ok": ok, "accounts": count, "posts": posts}


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
