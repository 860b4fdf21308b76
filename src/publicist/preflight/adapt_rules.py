"""Rules about `adapt` that hold on every platform."""

from dataclasses import replace
from datetime import date

from publicist.domain.adapt import Adapt, AdaptMode, ImageLimits
from publicist.domain.drafts import Draft, DraftMedia
from publicist.preflight.adapt_checks import adapt_of_images, decodable, not_enlarged, one_frame
from publicist.preflight.adapting import adapted
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Rule

_VERIFIED = date(2026, 11, 27)
_LIMITS = ImageLimits(mimes=("image/jpeg",), bytes_max=8_000_000, width_min=320, width_max=1440)
_ADAPT = "Publicist: adapt"


def adapt_rules(platform: str) -> tuple[Rule, ...]:
    """The rules, with examples for that platform; their ids are the same everywhere."""
    return *_refusals(platform), *_warnings(platform)


def _refusals(platform: str) -> tuple[Rule, ...]:
    """What cannot be done."""
    good = _adapting(platform, image(mime="image/png"))
    return (
        Rule(
            id="media.adapt_images_only",
            platform=None,
            title="Only images are adapted",
            severity="error",
            limit=None,
            check=adapt_of_images,
            remediation="Remove `adapt` from the video, and encode it before you send it.",
            why="A field that is accepted is a field that is obeyed; videos are not adapted yet, so it is refused.",
            source=_ADAPT,
            verified=_VERIFIED,
            passing=good,
            failing=_adapting(platform, video()),
            refuser="publicist",
        ),
        Rule(
            id="media.adapt_decodable",
            platform=None,
            title="An image that is to be adapted can be read",
            severity="error",
            limit=None,
            check=decodable,
            remediation="Install Publicist with the extra `heic` (publicist[heic]), or send a JPEG.",
            why="HEIC needs a decoder whose licence forbids to ship it with Publicist.",
            source=_ADAPT,
            verified=_VERIFIED,
            passing=good,
            failing=_adapting(platform, image(mime="image/heic")),
            refuser="publicist",
        ),
    )


def _warnings(platform: str) -> tuple[Rule, ...]:
    """What changes how a picture looks."""
    good = _adapting(platform, image(mime="image/png"))
    return (
        Rule(
            id="media.adapt_one_frame",
            platform=None,
            title="Of a moving picture only the first frame is published",
            severity="warning",
            limit=None,
            check=one_frame,
            remediation="Send a video if it should move.",
            why="The rendition is a JPEG, and a JPEG does not move.",
            source=_ADAPT,
            verified=_VERIFIED,
            passing=good,
            failing=_adapting(platform, image(mime="image/webp", frames=12)),
        ),
        Rule(
            id="media.adapt_enlarged",
            platform=None,
            title="A picture is not made larger than it is",
            severity="warning",
            limit=None,
            check=not_enlarged,
            remediation="Send a larger picture; what it does not show cannot be added.",
            why="A picture narrower than the surface takes is enlarged when it is adapted, and looks blurred.",
            source=_ADAPT,
            verified=_VERIFIED,
            passing=good,
            failing=_adapting(platform, image(width=200, height=200)),
        ),
    )


def _adapting(platform: str, item: DraftMedia) -> Draft:
    asked = draft(platform, replace(item, adapt=Adapt(AdaptMode.CONVERT)))
    return adapted(replace(asked, images=_LIMITS, decodable=frozenset({"image/jpeg", "image/png", "image/webp"})))
