"""One file out of a multipart body, written to disk as it comes; never held in memory."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import python_multipart
from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from publicist.api.idempotency import is_keyed, settle
from publicist.kit.errors import TooLarge, ValidationFailed

_USE = "Send multipart/form-data with one part named `file`."


@dataclass
class Upload:
    """What came: the file's declared type and name; its bytes are at `path`."""

    path: Path
    declared_type: str = "application/octet-stream"
    file_name: str | None = None


class _Digest:
    """The SHA-256 of what the parts say, whatever the boundary between them is."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self._part = hashlib.sha256()

    def begin(self, headers: Mapping[bytes, bytes]) -> None:
        """A part starts, with these headers."""
        self._part = hashlib.sha256(repr(sorted(headers.items())).encode())

    def data(self, chunk: bytes) -> None:
        """Bytes of the part."""
        self._part.update(chunk)

    def end(self) -> None:
        """The part is complete."""
        self._whole.update(self._part.digest())

    def hex(self) -> str:
        """All complete parts, in their order."""
        return self._whole.hexdigest()


@dataclass
class _Parts:
    """Follows the parser's callbacks; only the part named `file` is written. `digest` is None without a key."""

    out: IO[bytes]
    upload: Upload
    max_bytes: int
    digest: _Digest | None
    files: int = 0
    size: int = 0
    ended: bool = False
    _in_file: bool = False
    _name: bytes = b""
    _value: bytes = b""
    _headers: dict[bytes, bytes] = field(default_factory=dict)

    def on_part_begin(self) -> None:
        self._headers, self._name, self._value = {}, b"", b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def on_headers_finished(self) -> None:
        if self.digest is not None:
            self.digest.begin(self._headers)
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._in_file = options.get(b"name") == b"file"
        if not self._in_file:
            return
        self.files += 1
        if self.files > 1:
            raise ValidationFailed("More than one file came.", rule="media.single_file", remediation=_USE)
        self.upload.file_name = options.get(b"filename", b"").decode(errors="replace") or None
        declared = self._headers.get(b"content-type", b"").decode(errors="replace").strip().lower()
        self.upload.declared_type = declared or self.upload.declared_type

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self.digest is not None:
            self.digest.data(data[start:end])
        if not self._in_file:
            return
        self.size += end - start
        if self.size > self.max_bytes:
            raise TooLarge(
                f"The file is larger than {self.max_bytes} bytes.",
                rule="media.size_max",
                remediation="Send a smaller file, or raise PUBLICIST_MEDIA_MAX_BYTES.",
            )
        self.out.write(data[start:end])

    def on_part_end(self) -> None:
        if self.digest is not None:
            self.digest.end()

    def on_end(self) -> None:
        self.ended = True


@contextmanager
def _open_temp(path: Path) -> Iterator[IO[bytes]]:
    """A file that does not outlive a failure."""
    try:
        with path.open("wb") as out:
            yield out
    except BaseException:
        with suppress(FileNotFoundError):
            path.unlink()
        raise


async def receive_file(request: Request, path: Path, max_bytes: int) -> Upload:
    """Write the part named `file` to `path`, and settle the request.

    Raises ValidationFailed or TooLarge (contract: media failures), and as `settle` does; the file is gone then.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise ValidationFailed("The body is not multipart/form-data.", rule="media.content_type", remediation=_USE)
    with _open_temp(path) as out:
        parts = _Parts(out, Upload(path), max_bytes, _Digest() if is_keyed(request) else None)
        received = await _feed(request, parts, boundary)
        if received == 0:
            raise ValidationFailed("The body is empty.", rule="media.empty_body", remediation=_USE)
        if not parts.ended:
            raise ValidationFailed(
                "The body ended before its last boundary.", rule="media.parse_failed", remediation=_USE
            )
        if parts.files == 0:
            raise ValidationFailed("There is no part named `file`.", rule="media.missing_file", remediation=_USE)
        if parts.digest is not None:
            await settle(request, parts.digest.hex())
    return parts.upload


async def _feed(request: Request, parts: _Parts, boundary: bytes) -> int:
    names = (
        "on_part_begin",
        "on_header_field",
        "on_header_value",
        "on_header_end",
        "on_headers_finished",
        "on_part_data",
        "on_part_end",
        "on_end",
    )
    parser = python_multipart.MultipartParser(boundary, {name: getattr(parts, name) for name in names})  # type: ignore[arg-type]
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            parser.write(chunk)
    except MultipartParseError as error:
        raise ValidationFailed(f"The multipart body is malformed: {error}.", rule="media.parse_failed") from None
    return received
