"""The guarded client: what it refuses without a packet, what it reports, and what it brings."""

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from publicist.kit.guard import USER_AGENT, Fetched, FetchFailed, FetchRefused, is_allowed, system_lookup
from tests.unit.kit.addresses import PRIVATE, PRIVATE_ANSWERS, PUBLIC
from tests.unit.kit.sites import Site, fetch_from


async def test_every_way_to_name_a_private_address_is_refused_without_a_connection(site: Site, tmp_path: Path) -> None:
    site.answers(body=b"secret")
    passed = []
    for pattern in PRIVATE:
        try:
            await fetch_from(pattern.replace("{port}", str(site.port)), tmp_path / "file", allow_loopback=False)
        except FetchRefused:
            continue
        except FetchFailed as error:
            passed.append((pattern, error.reason))
    assert passed == []
    assert site.connections == 0
    assert list(tmp_path.iterdir()) == []
    assert len(PRIVATE) == len(set(PRIVATE)) >= 150


@pytest.mark.parametrize("answer", PRIVATE_ANSWERS, ids=str)
async def test_a_name_with_any_private_address_is_refused_without_a_connection(
    answer: list[str], site: Site, tmp_path: Path
) -> None:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return answer

    with pytest.raises(FetchRefused) as caught:
        await fetch_from(
            f"http://photos.example.com:{site.port}/", tmp_path / "file", allow_loopback=False, lookup=lookup
        )
    assert caught.value.url_host == "photos.example.com"
    assert caught.value.reason == "leads to an address that is not on the public internet"
    assert site.connections == 0


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/", "http://[fd00::1]/", "http://db.internal/"]
)
async def test_the_test_environment_may_reach_this_machine_and_nothing_else_private(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused):
        await fetch_from(url, tmp_path / "file", allow_loopback=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_that_answer(site: Site, tmp_path: Path) -> None:
    site.answers(body=b"photo", content_type="image/jpeg")
    asked: list[tuple[str, int]] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    fetched = await fetch_from(f"http://photos.example.com:{site.port}/a", tmp_path / "file", lookup=rebinding)
    assert fetched.bytes == 5
    assert asked == [("photos.example.com", site.port)]
    assert site.requests[0].host == f"photos.example.com:{site.port}"


async def test_localhost_works_in_the_test_environment(site: Site, tmp_path: Path) -> None:
    site.answers(body=b"photo")
    url = f"http://localhost:{site.port}/"
    assert (await fetch_from(url, tmp_path / "file", lookup=system_lookup)).bytes == 5
    with pytest.raises(FetchRefused):
        await fetch_from(url, tmp_path / "file", lookup=system_lookup, allow_loopback=False)


async def test_a_file_is_saved_as_it_was_sent(site: Site, tmp_path: Path) -> None:
    body = bytes(range(256)) * 10_000
    site.answers(body=body, headers={"Content-Type": "Image/JPEG; charset=binary"})
    fetched = await fetch_from(site.url, tmp_path / "file", max_bytes=len(body))
    assert fetched == Fetched(content_type="image/jpeg", bytes=len(body), final_url=site.url)
    assert (tmp_path / "file").read_bytes() == body


async def test_the_request_looks_like_that_of_metas_crawler_and_is_sent_as_written(site: Site, tmp_path: Path) -> None:
    site.answers(body=b"photo")
    await fetch_from(f"http://127.0.0.1:{site.port}/a%2Fb%7E+c.jpg?sig=x%2By%3D&e=%41", tmp_path / "file")
    request = site.requests[0]
    assert request.headers["User-Agent"] == USER_AGENT
    assert request.headers["User-Agent"].startswith("facebookexternalhit/1.1")
    assert request.raw_path == "/a%2Fb%7E+c.jpg?sig=x%2By%3D&e=%41"
    assert "Cookie" not in request.headers
    assert "Authorization" not in request.headers


async def test_proxies_of_the_environment_are_not_used(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.answers(body=b"photo")
    assert (await fetch_from(site.url, tmp_path / "file")).bytes == 5


@pytest.mark.parametrize(
    ("options", "reason", "status"),
    [
        ({"status": 404}, "answered 404", 404),
        ({"status": 403}, "answered 403", 403),
        ({"status": 500, "body": b"oops"}, "answered 500", 500),
        ({"status": 204}, "answered 204", 204),
        (
            {"status": 302, "headers": {"Location": "https://cdn.example.com/a.jpg?token=secret#x"}},
            "answered with a redirect to https://cdn.example.com/a.jpg, and Meta's crawler wants the final URL",
            302,
        ),
        (
            {"status": 308, "headers": {"Location": "http://169.254.169.254/"}},
            "answered with a redirect to http://169.254.169.254/, and Meta's crawler wants the final URL",
            308,
        ),
        ({"status": 301}, "answered with a redirect, and Meta's crawler wants the final URL", 301),
        (
            {"text": "<html>", "content_type": "text/html"},
            "is an HTML page, not an image or video file",
            200,
        ),
        ({"body": bytes(1001)}, "is larger than 1,000 bytes", 200),
    ],
)
async def test_an_answer_that_is_no_file_is_told_in_a_sentence(
    site: Site, tmp_path: Path, options: dict[str, object], reason: str, status: int
) -> None:
    site.answers(**options)
    with pytest.raises(FetchFailed) as caught:
        await fetch_from(site.url, tmp_path / "file", max_bytes=1000)
    assert (caught.value.reason, caught.value.status) == (reason, status)
    assert len(site.requests) == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_stream_that_never_says_its_size_is_cut_at_the_limit(site: Site, tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        reply.enable_chunked_encoding()
        await reply.prepare(request)
        while True:
            await reply.write(bytes(65_536))

    site.handle = endless
    with pytest.raises(FetchFailed, match="is larger than 1,000,000 bytes"):
        await fetch_from(site.url, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


async def test_a_compressed_bomb_is_cut_at_the_limit(site: Site, tmp_path: Path) -> None:
    async def bomb(request: web.Request) -> web.StreamResponse:
        reply = web.Response(body=bytes(50_000_000))
        reply.enable_compression(web.ContentCoding.gzip)
        return reply

    site.handle = bomb
    with pytest.raises(FetchFailed, match="is larger than 1,000,000 bytes"):
        await fetch_from(site.url, tmp_path / "file")


async def test_a_file_that_ends_early_is_a_failure(site: Site, tmp_path: Path) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers={"Content-Length": "1000"})
        await reply.prepare(request)
        await reply.write(bytes(500))
        assert request.transport is not None
        request.transport.close()
        return reply

    site.handle = half
    with pytest.raises(FetchFailed, match="ended its answer before the file was complete"):
        await fetch_from(site.url, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_keeps_silent_is_given_up(site: Site, tmp_path: Path) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    site.handle = silent
    with pytest.raises(FetchFailed, match=r"^took longer than 0\.2 s$"):
        await fetch_from(site.url, tmp_path / "file", timeout_seconds=0.2)


async def test_a_host_without_an_address_is_a_failure_of_the_url(tmp_path: Path) -> None:
    async def nothing(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchFailed, match="names a host that has no address"):
        await fetch_from("https://photos.example.com/a.jpg", tmp_path / "file", lookup=nothing)


async def test_a_port_where_nobody_listens_is_a_failure_of_the_url(site: Site, tmp_path: Path) -> None:
    unused = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()
    await unused.wait_closed()
    with pytest.raises(FetchFailed, match="does not accept connections"):
        await fetch_from(f"http://127.0.0.1:{port}/", tmp_path / "file")


class TestTls:
    @pytest.fixture
    def tls(self, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
        """A certificate that nobody signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "photos.example.com")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(key, hashes.SHA256())
        )
        pem = tmp_path_factory.mktemp("tls") / "site.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    async def test_a_certificate_that_does_not_verify_is_a_failure(self, site: Site, tmp_path: Path) -> None:
        with pytest.raises(FetchFailed, match="has a TLS certificate that does not verify"):
            await fetch_from(f"https://127.0.0.1:{site.port}/", tmp_path / "file")
        assert site.requests == []
