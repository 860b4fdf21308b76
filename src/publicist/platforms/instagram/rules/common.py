"""Names, pages of Meta, legal drafts and the usual members that the rules of Instagram share."""

from datetime import date
from functools import partial

from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Rule

ME = "instagram"
VERIFIED = date(2026, 11, 23)
MEDIA_PAGE = "Meta: IG User Media reference"
PUBLISHING = "Meta: Instagram Platform, Content Publishing"
GOOD = draft(ME, image())
REEL = draft(ME, video())
MEDIA_RULE = partial(Rule, platform=ME, source=MEDIA_PAGE, verified=VERIFIED)
"""A rule that rests on the page of media specifications."""
