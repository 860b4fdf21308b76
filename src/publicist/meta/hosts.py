"""Where Meta is reached, by the names that requests use (Meta: Instagram Platform, Overview; Video API, Publishing)."""

from collections.abc import Mapping

LIVE_HOSTS: Mapping[str, str] = {
    "graph": "https://graph.facebook.com",
    "dialog": "https://www.facebook.com",
    "rupload": "https://rupload.facebook.com",
    "video": "https://graph-video.facebook.com",
}
"""The real hosts; fixed, so that no setting can send a live token elsewhere."""


def sandbox_hosts(base_url: str) -> Mapping[str, str]:
    """The same hosts as folders below the base URL of a simulated Meta."""
    base = base_url.rstrip("/")
    return {name: f"{base}/{url.removeprefix('https://')}" for name, url in LIVE_HOSTS.items()}
