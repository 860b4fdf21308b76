"""People in tests: users made by the command line, who log in with a browser of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.served import Served

PASSWORD = "four wet random horses"
COOKIE = "publicist_session"


@dataclass
class Browser:
    """Keeps cookies, and says of its requests where they come from, as browsers do."""

    url: str
    http: httpx2.Client = field(repr=False)
    csrf: str = ""

    def call(self, method: str, path: str, *, headers: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """A request of a page of this server."""
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": self.csrf}
        return self.http.request(method, f"{self.url}{path}", headers={**own, **(headers or {})}, **options)

    def log_in(self, email: str, password: str = PASSWORD) -> httpx2.Response:
        """Type a password in."""
        reply: httpx2.Response = self.call("POST", "/v1/auth/login", json={"email": email, "password": password})
        self.csrf = reply.json().get("csrfToken", self.csrf)
        return reply

    @property
    def token(self) -> str:
        """What the session's cookie holds."""
        return str(self.http.cookies[COOKIE])


def add_user(served: Served, email: str, role: str, *more: str, password: str = PASSWORD) -> str:
    """A new user's id."""
    made = served.cli("users", "add", email, "--role", role, *more, "--json", stdin=f"{password}\n")
    return str(made["id"])


@contextmanager
def browsing(served: Served, email: str | None = None) -> Iterator[Browser]:
    """A browser of its own, logged in when an address is given."""
    with httpx2.Client(timeout=60) as http:
        browser = Browser(served.url, http)
        if email is not None:
            reply = browser.log_in(email)
            assert reply.status_code == 200, reply.text
        yield browser
