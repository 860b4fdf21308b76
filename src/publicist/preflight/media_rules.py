"""Rules about files that hold on every platform."""

from datetime import date

from publicist.preflight.adapt_rules import adapt_rules
from publicist.preflight.checks import kind_fits, not_broken, not_empty
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Rule

_VERIFIED = date(2026, 11, 23)


def media_rules(platform: str) -> tuple[Rule, ...]:
    """The rules, with examples for that platform; their ids are the same everywhere."""
    good = draft(platform, image())
    return (
        Rule(
            id="media.empty",
            platform=None,
            title="A file has content",
            severity="error",
            limit=None,
            check=not_empty,
            remediation="Upload the file again; this one arrived, or was made, empty.",
            why="A file of 0 bytes cannot be published anywhere.",
            source="Publicist: media facts",
            verified=_VERIFIED,
            passing=good,
            failing=draft(platform, image(bytes=0, kind=None, mime="application/x-empty")),
        ),
        Rule(
            id="media.broken",
            platform=None,
            title="A file decodes",
            severity="error",
            limit=None,
            check=not_broken,
            remediation="Export the file again and upload the whole of it; check that the transfer was not cut off.",
            why="Meta refuses what it cannot decode, long after the request. Publicist decodes it first.",
            source="Publicist: media facts",
            verified=_VERIFIED,
            passing=good,
            failing=draft(platform, image(broken="it is cut off")),
        ),
        Rule(
            id="media.kind_mismatch",
            platform=None,
            title="The declared kind is what the bytes are",
            severity="error",
            limit=None,
            check=kind_fits,
            remediation="Set `kind` to what the file is, or upload the right file. Names and extensions do not count.",
            why="The kind decides which call is made; Meta refuses a video sent as an image with a misleading error.",
            source="Publicist: media facts",
            verified=_VERIFIED,
            passing=good,
            failing=draft(platform, video(declared="image")),
        ),
        *adapt_rules(platform),
    )
