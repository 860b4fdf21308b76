"""How much an Instagram account may still publish today, as Meta says (IG User, Content Publishing Limit)."""

from datetime import timedelta

from publicist.domain.pace import Quota
from publicist.domain.platform import Request
from publicist.meta.graph import ask
from publicist.platforms.manifest import Upstream

CONTAINERS_PER_DAY = 400
"""Containers in 24 hours, items of carousels included (Content Publishing)."""


async def read_quota(upstream: Upstream, token: str, platform_account_id: str) -> Quota | None:
    """Read, never assumed: Meta's own pages disagree on the number. None when the answer does not tell."""
    path = f"{platform_account_id}/content_publishing_limit"
    outcome = await ask(Request("GET", "graph", path, {"fields": "config,quota_usage"}), upstream, token)
    try:
        entry = outcome.data["data"][0]
        config = entry["config"]
        return Quota(
            int(entry["quota_usage"]), int(config["quota_total"]), timedelta(seconds=int(config["quota_duration"]))
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return None
