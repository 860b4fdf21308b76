"""Sending to URLs that users give: one POST to a checked address, no redirect followed, little of the answer read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from publicist.kit.guard import FetchFailed, FetchRefused, Lookup, Pinned, checked, system_lookup


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said; `body` is the beginning of it, as text."""

    status: int
    headers: Mapping[str, str]
    body: str


class NotSent(Exception):
    """No answer came; the words say why, and continue a sentence that starts with the URL."""


async def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    allow_loopback: bool,
    timeout_seconds: float,
    keep_bytes: int,
    lookup: Lookup = system_lookup,
) -> Answer:
    """POST `body`; a redirect is an answer like any other. Raises NotSent.

    Addresses that are not public are refused before a packet is sent (`allow_loopback` lets this machine pass), and the
    connection goes to the addresses that were checked. `timeout_seconds` covers everything, also a body that drips.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            target, addresses = await checked(url, allow_loopback=allow_loopback, lookup=lookup)
            connector = aiohttp.TCPConnector(resolver=Pinned(addresses), use_dns_cache=False, force_close=True)
            session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
            async with session, session.post(target, data=body, headers=headers, allow_redirects=False) as reply:
                kept = await _beginning(reply, keep_bytes)
                return Answer(reply.status, reply.headers, kept.decode("utf-8", "replace").replace("\0", "\ufffd"))
    except (FetchRefused, FetchFailed) as error:
        raise NotSent(error.reason) from None
    except TimeoutError:
        raise NotSent(f"did not answer within {timeout_seconds:g} s") from None
    except aiohttp.ClientConnectorCertificateError:
        raise NotSent("has a TLS certificate that does not verify") from None
    except aiohttp.ClientConnectorError:
        raise NotSent("does not accept connections") from None
    except (aiohttp.ClientError, ConnectionError, ValueError):
        raise NotSent("did not give a complete HTTP answer") from None


async def _beginning(reply: aiohttp.ClientResponse, keep_bytes: int) -> bytes:
    """What comes after that is not read: the connection is closed."""
    kept = b""
    while len(kept) < keep_bytes:
        chunk = await reply.content.read(keep_bytes - len(kept))
        if not chunk:
            break
        kept += chunk
    return kept
