"""What browsers may do with an answer: nothing of it runs as a script, nothing is guessed, and no other site is told.

The simulated Meta shares this server's origin, where sessions live, and shows words and files that anybody wrote. Its
answers are sandboxed: a browser gives them an origin of their own, without cookies, scripts or access to the API.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publicist.api.sandbox import PREFIX

_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SHOWN = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
"""A picture or a video that is opened by itself is a page that the browser makes and styles. It is not sandboxed:
Chromium's own player loads the video with CORS, which an origin of its own would not get."""
_FILE = "sandbox; default-src 'none'"
_DIALOG = "/dialog/oauth"


class BrowserGuard:
    """Adds the headers that say so to every answer, in the place of those that the simulated Meta sends.

    `sandbox_pages` is where browsers reach the simulated Meta, when that is known.
    """

    def __init__(self, app: ASGIApp, *, sandbox_pages: str | None) -> None:
        self._app = app
        self._simulated_from = _sources(sandbox_pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._rules(scope["path"], headers.get("content-type", "")).items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _rules(self, path: str, content_type: str) -> Mapping[str, str]:
        guess = {"X-Content-Type-Options": "nosniff"}
        simulated = path == PREFIX or path.startswith(f"{PREFIX}/")
        if simulated or path.startswith("/media/"):
            policy = _SHOWN if _is_shown(content_type) else self._simulated(path) if simulated else _FILE
            return guess | {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
        if "json" in content_type:
            return guess
        return guess | {"Content-Security-Policy": _PAGE, "Referrer-Policy": "same-origin"}

    def _simulated(self, path: str) -> str:
        """Only the consent has a form. Where its answer leads is up to whoever opened it, and browsers hold the whole
        way that a form goes against `form-action`, so that the consent has none."""
        box = "sandbox allow-forms" if path.endswith(_DIALOG) else "sandbox; form-action 'none'"
        own = self._simulated_from
        loads = f"default-src 'none'; img-src {own}; media-src {own}; style-src {own}"
        return f"{box}; {loads}; base-uri 'none'; frame-ancestors 'none'"


def _is_shown(content_type: str) -> bool:
    """Whether it is a picture or a video, which hold no scripts; SVG does."""
    return content_type.startswith(("image/", "video/")) and "svg" not in content_type


def _sources(url: str | None) -> str:
    """This server, and the simulated Meta's own address: a page may have been opened by another name of the two."""
    parts = urlsplit(url or "")
    return f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"
