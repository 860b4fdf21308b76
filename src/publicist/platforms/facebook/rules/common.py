"""Names, pages of Meta and legal drafts that the rules of Facebook share."""

from datetime import date

from publicist.preflight.examples import draft, image

ME = "facebook"
VERIFIED = date(2026, 11, 23)
FEED = "Meta: Page Feed reference"
PHOTOS = "Meta: Page Photos reference"
VIDEOS = "Meta: Page Videos reference"
GOOD = draft(ME, image())
