"""Members of a request that Publicist cannot send to Facebook."""

from publicist.platforms.facebook.rules.common import GOOD, ME, VERIFIED
from publicist.preflight.checks import no_first_comment
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.first_comment.unsupported",
        platform=ME,
        title="First comments are not posted yet",
        severity="error",
        limit=None,
        check=no_first_comment,
        remediation="Remove `firstComment`, and comment by hand.",
        why="A field that is accepted is a field that is sent; this one is not sent yet, so it is refused.",
        source="Publicist",
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, image(), first_comment="first!"),
        refuser="publicist",
    ),
)
