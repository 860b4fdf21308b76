"""Media: upload 1 GB and watch the server's memory, probe a 200 MB video, check a carousel whose facts are known."""

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from publicist.media.probe import probe
from publicist.platforms import registry
from publicist.preflight.engine import check
from publicist.preflight.examples import draft, image
from tests.support import files
from tests.support.served import Served, serving

UPLOAD_BYTES = 1_000_000_000
GROWTH_MAX = 64_000_000
"""Budget: bytes of memory that an upload may cost the server, however large the file is."""
VIDEO_BYTES = 200_000_000
PREFLIGHT_MS_MAX = 1.0
"""Budget: processor time for checking ten items whose facts are known."""

_PIECE = 1_000_000
_ROUNDS = 200


def run() -> dict[str, object]:
    """One after the other; the video is a real one with an empty box that makes it large."""
    with tempfile.TemporaryDirectory() as folder:
        return {"upload": _upload(Path(folder)), "probe": _probe(Path(folder)), "preflight": _preflight()}


def _upload(folder: Path) -> dict[str, object]:
    start = files.mp4(3)
    with serving(folder / "data") as served:
        _send(served, start, 10_000_000)
        before = _reset_peak(served.pid)
        began = time.perf_counter()
        _send(served, start, UPLOAD_BYTES)
        seconds = time.perf_counter() - began
        growth = _status(served.pid, "VmHWM") - before
    return {
        "bytes": UPLOAD_BYTES,
        "seconds": round(seconds, 2),
        "mbPerSecond": round(UPLOAD_BYTES / seconds / 1e6, 1),
        "memoryGrowthBytes": growth,
        "withinBudget": growth < GROWTH_MAX,
    }


def _send(served: Served, start: bytes, size: int) -> None:
    """A multipart upload of a clip that an empty box makes so large, streamed."""
    boundary = "b" * 20
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.mp4"\r\n\r\n'.encode()

    def body() -> Iterator[bytes]:
        yield head
        yield start
        missing = size - len(start)
        yield missing.to_bytes(4, "big") + b"free"
        missing -= 8
        while missing > 0:
            yield bytes(min(missing, _PIECE))
            missing -= _PIECE
        yield f"\r\n--{boundary}--\r\n".encode()

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    reply = served.call("POST", "/v1/media", headers=headers, content=body())
    assert reply.status_code == 201, reply.text
    assert (reply.json()["sizeBytes"], reply.json()["contentType"]) == (size, "video/mp4")


def _reset_peak(pid: int) -> int:
    """Let the kernel measure the peak anew; the bytes resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def _probe(folder: Path) -> dict[str, object]:
    """The baseline is a SHA-256 over the same file, which is the one thing that needs every byte."""
    path = folder / "video.mp4"
    path.write_bytes(files.mp4(3))
    files.grow_mp4(path, VIDEO_BYTES)
    seconds, bare = _median(lambda: probe(path), 5), _median(lambda: _digest(path), 5)
    facts = probe(path)
    assert (facts.bytes, facts.broken) == (VIDEO_BYTES, None)
    return {
        "bytes": VIDEO_BYTES,
        "seconds": round(seconds, 3),
        "sha256Seconds": round(bare, 3),
        "ratio": round(seconds / bare, 2),
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _preflight() -> dict[str, object]:
    carousel = draft("instagram", *[image(alt_text="a cup of coffee")] * 10, text="shipped #coffee @someone " * 20)

    def once() -> None:
        assert not [one for one in check([carousel], lambda name: registry()[name].rules) if one.severity == "error"]

    once()
    milliseconds = _median(once, _ROUNDS) * 1000
    return {"items": 10, "cpuMs": round(milliseconds, 3), "withinBudget": milliseconds < PREFLIGHT_MS_MAX}


def _median(work: Callable[[], object], rounds: int) -> float:
    """Seconds of processor time."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took)
