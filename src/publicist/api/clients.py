"""Who is at the other end: the client's address, and what it may still ask for."""

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from publicist.api.errors import error_response
from publicist.domain.rate_limits import Budget, Budgeted
from publicist.kit.errors import RateLimited
from publicist.services.rate_limits import RateLimits

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
_IPV6_HOUSEHOLD = 64
"""An IPv6 customer has at least a /64 (RFC 6177): its addresses are counted together."""
_LIMITED = ("/v1/", "/posts")
"""The API; Meta's crawlers, the simulated Meta and monitoring are let through."""
_BUDGETS = "budgets"


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest address that is none of the trusted proxies.

    `forwarded` are the values of X-Forwarded-For, in order. Each proxy appends whom it heard; what stands left of an
    address that is not trusted was written by a stranger, and so is not looked at.
    """
    found = peer
    for text in reversed([part.strip() for value in forwarded for part in value.split(",")]):
        address = _parsed(found)
        if address is None or not any(address in network for network in trusted) or _parsed(text) is None:
            break
        found = text
    return found


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def household(text: str) -> str:
    """What an address is counted under."""
    address = _parsed(text)
    if isinstance(address, IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_HOUSEHOLD), strict=False))
    return str(address or text)


class ClientAddress:
    """Puts the client's own address in the place of the proxy's, and counts its requests."""

    def __init__(self, app: ASGIApp, *, limits: RateLimits, trusted: Sequence[Network]) -> None:
        self._app = app
        self._limits = limits
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope.get("client"):
            await self._app(scope, receive, send)
            return
        peer, port = scope["client"]
        address = client_address(peer, Headers(scope=scope).getlist("x-forwarded-for"), self._trusted)
        scope["client"] = (address, port)
        if scope["path"].startswith(_LIMITED):
            budget = await self._limits.spend(Budgeted.ADDRESS, household(address))
            try:
                note(scope, budget)
            except RateLimited as error:
                await error_response(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def spend(request: Request, limits: RateLimits, of: Budgeted, who: str) -> None:
    """Count a request of a key or a user, once however often it is asked for. Raises RateLimited."""
    known = request.scope["state"].get(_BUDGETS, ())
    if not any(budget.of is of for budget in known):
        note(request.scope, await limits.spend(of, who))


async def spend_login(limits: RateLimits, email: str, ip: str | None = None) -> None:
    """Count a password that is tried: for the client's address, then for the user's. Raises RateLimited."""
    for whose, who in (("client", household(ip) if ip else None), ("user", email)):
        budget = await limits.spend(Budgeted.LOGIN, f"{whose}:{who}") if who else None
        if budget is not None and budget.is_exceeded:
            raise _exceeded(budget, f"{budget.limit} passwords were tried for the address of this {whose}")


def note(scope: Scope, budget: Budget | None) -> None:
    """Keep a budget for the answer's headers. Raises RateLimited when it is exceeded."""
    if budget is None:
        return
    state = scope["state"]
    state[_BUDGETS] = (*state.get(_BUDGETS, ()), budget)
    if budget.is_exceeded:
        raise _exceeded(budget, f"{budget.limit} requests came from this {budget.of}")


def _exceeded(budget: Budget, words: str) -> RateLimited:
    return RateLimited(
        f"More than {words} within {budget.window_seconds} s.",
        rule=f"rate_limit.{budget.of}",
        remediation=f"Wait {budget.reset_seconds} s, as Retry-After says.",
        headers={"Retry-After": str(budget.reset_seconds)},
    )


def budget_headers(scope: Scope) -> dict[str, str]:
    """What an answer says of its budgets: as the IETF draft has it (draft-ietf-httpapi-ratelimit-headers-10), and as
    the contract does, there of the one that ends first."""
    budgets: Sequence[Budget] = scope["state"].get(_BUDGETS, ())
    if not budgets:
        return {}
    least = min(budgets, key=lambda budget: budget.remaining)
    return {
        "RateLimit-Policy": ", ".join(f'"{one.of}";q={one.limit};w={one.window_seconds}' for one in budgets),
        "RateLimit": ", ".join(f'"{one.of}";r={one.remaining};t={one.reset_seconds}' for one in budgets),
        "RateLimit-Limit": str(least.limit),
        "RateLimit-Remaining": str(least.remaining),
        "RateLimit-Reset": str(least.reset_seconds),
        "X-RateLimit-Limit": str(least.limit),
    }
