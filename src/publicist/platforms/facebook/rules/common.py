"""Names, pages of Meta, legal drafts and the usual members that the rules of Facebook share."""

from datetime import date
from functools import partial

from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Rule

ME = "facebook"
VERIFIED = date(2026, 11, 23)
FEED = "Meta: Page Feed reference"
PHOTOS = "Meta: Page Photos reference"
VIDEOS = "Meta: Page Videos reference"
GOOD = draft(ME, image())
CLIP = draft(ME, video())
PHOTO_RULE = partial(Rule, platform=ME, source=PHOTOS, verified=VERIFIED)
VIDEO_RULE = partial(Rule, platform=ME, source=VIDEOS, verified=VERIFIED)
"""Rules that rest on the page of photos, and on that of videos."""
