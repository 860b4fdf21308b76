"""Every post has media."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.instagram.rules.common import GOOD, ME, PUBLISHING, VERIFIED
from publicist.preflight.examples import draft
from publicist.preflight.rule import Finding, Limit, Rule


def _media_required(found: Draft) -> Iterator[Finding]:
    if not found.media:
        yield Finding("/media", 0, "Instagram has no text-only posts; this one has no media.")


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.required",
        platform=ME,
        title="Every post has media",
        severity="error",
        limit=Limit(1, "media items"),
        check=_media_required,
        remediation="Attach at least one image or video.",
        why="Instagram has no text-only post: a container is always made from an image or a video.",
        source=PUBLISHING,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME),
    ),
)
