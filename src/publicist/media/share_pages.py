"""Share pages: links that people copy from cloud drives, which lead to an HTML page around the file.

The forms are those that the services' own share dialogs give and their help pages describe; a link of another form is
not recognised, and is then reported as the HTML page that it is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

_ID = r"([A-Za-z0-9_-]{10,})"


@dataclass(frozen=True, slots=True)
class SharePage:
    """A kind of page by name, with its article, and the URL of the file itself where it can be told from the link."""

    name: str
    direct: str | None = None


def recognise(url: str) -> SharePage | None:
    """The share page that a URL is by its form; None for any other URL."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    for pattern, reader in _READERS:
        if re.fullmatch(pattern, host):
            return reader(parts)
    return None


def _drive(parts: SplitResult) -> SharePage | None:
    """Google Drive: a file by id in the path or the query; the key of older links goes along."""
    if re.match(r"/(?:drive/)?(?:u/\d+/)?folders/", parts.path):
        return SharePage("a Google Drive folder")
    query = parse_qs(parts.query)
    in_path = re.match(rf"/(?:a/[^/]+/)?file/(?:u/\d+/)?d/{_ID}", parts.path)
    id = in_path.group(1) if in_path else query.get("id", [""])[0]
    if not re.fullmatch(_ID, id):
        return None
    key = {"resourcekey": query["resourcekey"][0]} if "resourcekey" in query else {}
    members = {"id": id, "export": "download", "confirm": "t", **key}
    direct = f"https://drive.usercontent.google.com/download?{urlencode(members)}"
    return SharePage("a Google Drive share page", direct)


def _docs(parts: SplitResult) -> SharePage | None:
    if parts.path.startswith(("/uc", "/file/", "/open")):
        return _drive(parts)
    known = re.match(r"/(document|presentation|spreadsheets|drawings|forms)/", parts.path)
    return SharePage("a Google Docs page") if known else None


def _dropbox(parts: SplitResult) -> SharePage | None:
    """Dropbox: `dl=1` instead of `dl=0` gives the file, by a redirect."""
    if re.match(r"/(?:scl/fo|sh)/", parts.path):
        return SharePage("a Dropbox folder")
    if not re.match(r"/(?:s|scl/fi)/.", parts.path):
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("dl", "raw")]
    direct = parts._replace(query=urlencode([*kept, ("dl", "1")]), fragment="").geturl()
    return SharePage("a Dropbox share page", direct)


def _one_drive(parts: SplitResult) -> SharePage | None:
    return SharePage("a OneDrive share page") if len(parts.path) > 1 else None


def _share_point(parts: SplitResult) -> SharePage | None:
    """SharePoint: links to one file look like `/:i:/...`; `download=1` gives the file, by a redirect."""
    if not re.match(r"/:[a-z]:/", parts.path):
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("download", "web")]
    direct = parts._replace(query=urlencode([*kept, ("download", "1")]), fragment="").geturl()
    return SharePage("a SharePoint share page", direct if parts.path[2] != "f" else None)


def _named(name: str) -> Callable[[SplitResult], SharePage | None]:
    return lambda parts: SharePage(name) if len(parts.path) > 1 else None


_READERS: Sequence[tuple[str, Callable[[SplitResult], SharePage | None]]] = (
    (r"drive\.google\.com|drive\.usercontent\.google\.com", _drive),
    (r"docs\.google\.com", _docs),
    (r"photos\.google\.com|photos\.app\.goo\.gl", _named("a Google Photos share page")),
    (r"dropbox\.com", _dropbox),
    (r"onedrive\.live\.com|1drv\.ms", _one_drive),
    (r"[a-z0-9-]+\.sharepoint\.com", _share_point),
    (r"icloud\.com|share\.icloud\.com", _named("an iCloud share page")),
    (r"wetransfer\.com|we\.tl", _named("a WeTransfer page")),
    (r"(?:[a-z0-9-]+\.)?box\.com", _named("a Box share page")),
)
