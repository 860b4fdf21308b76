"""The outgoing client for URLs that users give: public addresses only, capped in size, time and redirects.

Every address of the host is checked before the first packet is sent, and the connection goes to exactly those
addresses, so that a name that answers differently the second time (DNS rebinding) gains nothing. A redirect is a new
URL and goes through the same checks.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

USER_AGENT = "facebookexternalhit/1.1 (compatible; Publicist)"
"""Hosts that let Meta's crawler in, and only those, are the ones Meta will be able to fetch from."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host name and port to IP addresses in text; raises OSError when there are none."""

HTML = frozenset({"text/html", "application/xhtml+xml"})
"""Declared types of pages; no host that means to give a picture says so."""

_CHUNK_BYTES = 1 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_USERINFO = re.compile(r"[^:/?#]*:/*[^/?#]*@")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label like this makes the whole host an IPv4 address to many programs (WHATWG URL, host parsing)."""

_LOCAL_NAMES = frozenset({"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"})
"""Top-level names that never lead to the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN on .internal)."""

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        "168.63.129.16/32",
    )
)
"""IANA's special-purpose registries for IPv4 and IPv6, and Azure's metadata service, which has a public address."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A complete download: the declared content type (lower case, without parameters), its size, and the URL that gave
    it; `redirects` are the places on the way there, without their queries.
    """

    content_type: str | None
    bytes: int
    final_url: str
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The last answer on the way to a failure. `bytes` is what it announced; `location` where it redirects to, without
    the query (it may hold a token)."""

    status: int
    content_type: str | None
    bytes: int | None
    location: str | None


class FetchRefused(Exception):
    """The URL may not be fetched, and nothing was sent there. `reason` continues a sentence that starts with the URL
    that was asked for; `redirects` tells how a refused redirect was come to."""

    def __init__(self, reason: str, url_host: str, redirects: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.url_host = url_host
        self.redirects = redirects


class FetchFailed(Exception):
    """The URL gave no file. `reason` continues a sentence that starts with the URL; `seen` is the answer, if any."""

    def __init__(self, reason: str, seen: Seen | None = None, redirects: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seen = seen
        self.redirects = redirects

    @property
    def status(self) -> int | None:
        """The status of the answer, if one came."""
        return self.seen.status if self.seen else None


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """The addresses that the machine's resolver gives."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def fetch(
    url: str,
    *,
    to: Path,
    max_bytes: int,
    allow_loopback: bool,
    timeout_seconds: float,
    user_agent: str = USER_AGENT,
    redirects_max: int = 0,
    types: tuple[str, ...] = (),
    lookup: Lookup = system_lookup,
) -> Fetched:
    """Download `url` into the file `to`, streaming. On failure `to` does not exist.

    Raises FetchRefused for a URL that is malformed or leads to an address that is not public (`allow_loopback`, for the
    test environment, lets this machine pass), and FetchFailed when no complete file of at most `max_bytes` came within
    `timeout_seconds`. At most `redirects_max` redirects are followed, each checked as the first URL was; Meta's crawler
    wants the final URL and follows none. With `types`, a declared content type has to start with one of them.
    """
    rules = _Rules(max_bytes, allow_loopback, user_agent, redirects_max, types, lookup)
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _follow(_parse(url), to, rules)
    except BaseException as error:
        discard(to)
        if isinstance(error, TimeoutError):
            raise FetchFailed(f"took longer than {timeout_seconds:g} s") from None
        raise


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one call of `fetch` allows, the same for every hop."""

    max_bytes: int
    allow_loopback: bool
    user_agent: str
    redirects_max: int
    types: tuple[str, ...]
    lookup: Lookup


async def _follow(target: URL, to: Path, rules: _Rules) -> Fetched:
    passed: tuple[str, ...] = ()
    while True:
        try:
            addresses = await _addresses(target, rules.allow_loopback, rules.lookup)
            found = await _download(target, addresses, to, rules)
            if not isinstance(found, _Redirect):
                return replace(found, redirects=passed)
            passed = (*passed, found.place)
            target = _parse(found.url)
        except FetchRefused as refused:
            if not passed:
                raise
            raise FetchRefused(f"redirects to a URL that {refused.reason}", refused.url_host, passed) from None
        except FetchFailed as failed:
            raise FetchFailed(failed.reason, failed.seen, passed) from None
        if len(passed) > rules.redirects_max:
            raise FetchFailed(f"was followed over {rules.redirects_max} redirects and led to another", None, passed)


@dataclass(frozen=True, slots=True)
class _Redirect:
    """The URL an answer leads to, and the same without its query, to be shown."""

    url: str
    place: str


def discard(path: Path) -> None:
    """Remove a file of ours that nobody wants, if it is there."""
    path.unlink(missing_ok=True)


async def checked(url: str, *, allow_loopback: bool, lookup: Lookup = system_lookup) -> tuple[URL, Sequence[str]]:
    """The URL in the form to request, and the only addresses to connect to. Raises FetchRefused, and FetchFailed for a
    name without an address."""
    target = _parse(url)
    return target, await _addresses(target, allow_loopback, lookup)


def _parse(url: str) -> URL:
    """The URL in the one form that is both checked and requested; raises FetchRefused for any that is not plain."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise FetchRefused("holds a space, a backslash or a control character", "")
    try:
        target = URL(url, encoded=url.isascii())
        host, port = target.raw_host or "", target.port
    except ValueError:
        raise FetchRefused("is not a valid URL", "") from None
    if target.scheme not in ("http", "https"):
        raise FetchRefused("does not start with http:// or https://", host)
    if _USERINFO.match(url):
        raise FetchRefused("holds a user name or a password", host)
    if not port:
        raise FetchRefused("names port 0", host)
    _check_host(host)
    return target


def _check_host(host: str) -> None:
    if not host:
        raise FetchRefused("names no host", host)
    if _literal(host) is not None:
        return
    name = host.lower().removesuffix(".")
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise FetchRefused("names a host that cannot exist", host)
    if _is_number(name.rpartition(".")[2]):
        raise FetchRefused("writes its address in an unusual form", host)


def _is_number(label: str) -> bool:
    """Also in the digits of another script, which some programs take for ours."""
    if label.startswith("xn--"):
        try:
            return label[4:].encode().decode("punycode").isnumeric()
        except UnicodeError:
            return False
    return _NUMBER.fullmatch(label) is not None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _addresses(target: URL, allow_loopback: bool, lookup: Lookup) -> Sequence[str]:
    host, port = target.raw_host or "", target.port or 0
    literal = _literal(host)
    if literal is not None:
        found: Sequence[str] = [str(literal)]
    else:
        _check_name(host, allow_loopback)
        found = await _look_up(host, port, lookup)
    for text in found:
        if not is_allowed(text, allow_loopback=allow_loopback):
            raise FetchRefused("leads to an address that is not on the public internet", host)
    return found


def _check_name(host: str, allow_loopback: bool) -> None:
    name = host.lower().removesuffix(".")
    if name == "localhost" and allow_loopback:
        return
    if name.rpartition(".")[2] in _LOCAL_NAMES:
        raise FetchRefused("names a host of a private network", host)


async def _look_up(host: str, port: int, lookup: Lookup) -> Sequence[str]:
    try:
        found = await lookup(host, port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise FetchFailed("names a host that has no address")
    return found


def is_allowed(text: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address in text is on the public internet, or is this machine and `allow_loopback` is set."""
    try:
        address = _unwrap(ipaddress.ip_address(text))
    except ValueError:
        return False
    if address.is_loopback:
        return allow_loopback
    if address.version == 6 and address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def _unwrap(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 (RFC 6052) one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise ValueError("an address with a zone belongs to one link")
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


class Pinned(AbstractResolver):
    """Answers with the addresses that were checked, and never asks again."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _download(target: URL, addresses: Sequence[str], to: Path, rules: _Rules) -> Fetched | _Redirect:
    connector = aiohttp.TCPConnector(resolver=Pinned(addresses), use_dns_cache=False, force_close=True)
    headers = {"User-Agent": rules.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=headers, timeout=aiohttp.ClientTimeout()
    )
    try:
        async with session, session.get(target, allow_redirects=False) as reply:
            if rules.redirects_max and reply.status in _REDIRECTS and reply.headers.get("Location"):
                return _redirect(target, reply)
            _check_reply(reply, rules)
            size = await _save(reply, to, rules.max_bytes)
            return Fetched(_content_type(reply), size, str(target))
    except aiohttp.ClientConnectorCertificateError:
        raise FetchFailed("has a TLS certificate that does not verify") from None
    except aiohttp.ClientConnectorError:
        raise FetchFailed("does not accept connections") from None
    except aiohttp.ClientPayloadError:
        raise FetchFailed("ended its answer before the file was complete") from None
    except (aiohttp.ClientError, ConnectionError):
        raise FetchFailed("did not give a complete HTTP answer") from None


def _redirect(target: URL, reply: aiohttp.ClientResponse) -> _Redirect:
    """A Location is taken as it stands when it is a whole URL, and resolved against `target` when it is a part."""
    location = reply.headers["Location"]
    if _SCHEME.match(location) or re.search(r"[\x00-\x20\x7f\\]", location):
        return _Redirect(location, _harmless(location) or "")
    try:
        url = str(target.join(URL(location, encoded=True)))
    except ValueError:
        raise FetchFailed("answered with a redirect that is not a valid URL", _seen(reply)) from None
    return _Redirect(url, _harmless(url) or "")


def _check_reply(reply: aiohttp.ClientResponse, rules: _Rules) -> None:
    seen = _seen(reply)
    if reply.status in _REDIRECTS:
        place = f" to {seen.location}" if seen.location else ""
        raise FetchFailed(f"answered with a redirect{place}, and Meta's crawler wants the final URL", seen)
    if reply.status != 200:
        raise FetchFailed(f"answered {reply.status}", seen)
    if seen.content_type in HTML:
        raise FetchFailed("is an HTML page, not an image or video file", seen)
    if rules.types and seen.content_type and not seen.content_type.startswith(rules.types):
        raise FetchFailed(f"is served as {seen.content_type[:100]}, not as an image or a video", seen)
    if reply.content_length is not None and reply.content_length > rules.max_bytes:
        raise FetchFailed(f"is larger than {rules.max_bytes:,} bytes", seen)


def _seen(reply: aiohttp.ClientResponse) -> Seen:
    location = _harmless(reply.headers.get("Location", ""))
    return Seen(reply.status, _content_type(reply), reply.content_length, location)


def _harmless(location: str) -> str | None:
    """Where a redirect leads, without its query (it may hold a token), or None when it is not plain text."""
    place = re.split(r"[?#]", location, maxsplit=1)[0]
    return place if re.fullmatch(r"[\x21-\x7e]{1,200}", place) else None


def _content_type(reply: aiohttp.ClientResponse) -> str | None:
    declared = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return declared or None


async def _save(reply: aiohttp.ClientResponse, to: Path, max_bytes: int) -> int:
    size = 0
    with await asyncio.to_thread(to.open, "wb") as file:
        async for chunk in reply.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FetchFailed(f"is larger than {max_bytes:,} bytes", _seen(reply))
            await asyncio.to_thread(file.write, chunk)
    return size
