"""Names, pages of Meta and legal drafts that the rules of Instagram share."""

from datetime import date

from publicist.preflight.examples import draft, image, video

ME = "instagram"
VERIFIED = date(2026, 11, 23)
MEDIA_PAGE = "Meta: IG User Media reference"
PUBLISHING = "Meta: Instagram Platform, Content Publishing"
GOOD = draft(ME, image())
REEL = draft(ME, video())
