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
        remediation="Make the URL public and direct (no login, redirect or robots block), or upload to POST /v1/media.",
        why="Meta's crawler fetches the URL without credentials. Publicist tries first, as that crawler would.",
        source=PHOTOS,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, unreachable()),
    ),
)
