"""Pages for people; all of them work without scripts."""

import re
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from graphsim.clock import graph_time
from graphsim.state import State

HERE = Path(__file__).parent
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_COLOURS = 8
_MARKED = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])|(?<![\w&/])[#@](?=[.\d]*[^\W\d])\w(?:[\w.]*\w)?"
)


def ago(seconds: float, now: float) -> str:
    """`2 min`, `3 h`, `5 d`, later the date."""
    age = int(now - seconds)
    if age < _MINUTE:
        return "Just now"
    if age < _HOUR:
        return f"{age // _MINUTE} min"
    if age < _DAY:
        return f"{age // _HOUR} h"
    if age < 7 * _DAY:
        return f"{age // _DAY} d"
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%b}" + ("" if day.year == datetime.fromtimestamp(now, UTC).year else f" {day.year}")


def hue(id: str) -> int:
    """Which of the colours somebody has; neighbours in a world have different ones."""
    return (int(id) if id.isdecimal() else zlib.crc32(id.encode())) % _COLOURS


def initials(name: str) -> str:
    """Up to two letters."""
    return "".join(word[0] for word in re.findall(r"[^\W_]+", name)[:2]).upper() or "?"


def web_url(text: str) -> str:
    """The text when it is an http(s) address, else nothing."""
    return text if domain(text) and text.lower().startswith(("http://", "https://")) else ""


def domain(url: str) -> str:
    """`example.com` of an address, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def marked(text: str, links: bool = False) -> Markup:
    """Escaped words with hashtags and mentions set off; `links` makes addresses lead somewhere."""
    parts, end = [], 0
    for match in _MARKED.finditer(text):
        parts += [escape(text[end : match.start()]), _mark(match, links)]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def _mark(match: re.Match[str], links: bool) -> Markup:
    if match["url"] is None:
        return Markup('<span class="tag">{}</span>').format(match[0])
    if not links or not web_url(match[0]):
        return escape(match[0])
    return Markup('<a href="{0}" rel="noreferrer nofollow">{0}</a>').format(match[0])


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_templates.filters |= {
    "moment": lambda seconds: graph_time(seconds)[:16].replace("T", " "),
    "stamp": graph_time,
    "ago": ago,
    "hue": hue,
    "initials": initials,
    "web_url": web_url,
    "domain": domain,
    "marked": marked,
}


def render(template: str, state: State, **values: Any) -> str:
    """One page; links in it start with `base`."""
    settings = state.settings
    shared = {"base": settings.base_url, "app": settings.app_name, "now": state.clock.now()}
    return _templates.get_template(template).render(shared | values)


def page(template: str, state: State, status: int = 200, **values: Any) -> HTMLResponse:
    """The answer with one page, which loads nothing from elsewhere."""
    base = urlsplit(state.settings.base_url)
    own = f"'self' {base.scheme}://{base.netloc}"
    policy = (
        f"default-src 'none'; img-src {own}; media-src {own}; style-src {own}; script-src {own}; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(render(template, state, **values), status, headers)
