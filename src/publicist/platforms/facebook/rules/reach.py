"""URLs that Meta's crawler has to fetch."""

from publicist.platforms.facebook.rules.common import GOOD, ME, PHOTOS, VERIFIED
from publicist.preflight.checks import reachable
from publicist.preflight.examples import draft, unreachable
from publicist.preflight.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.media.reachable",
        platform=ME,
        title="A URL gives its file to anyone",
        severity="error",
        limit=None,
        check=reachable,
        remediation="Make the URL public and direct (no login, redirect or robots block), send it with `rehost: true`, "
        "or upload the file to POST /v1/media.",
        why="Meta's crawler fetches an image's URL without credentials, obeys robots.txt and follows no redirects. "
        "Publicist tries first, as that crawler would; `actual` tells what came.",
        source=PHOTOS,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, unreachable()),
    ),
)
