"""One line of the table of Meta's errors, and the words that many lines share."""

from dataclasses import dataclass
from datetime import date

from publicist.domain.accounts import RECONNECT as RECONNECT
from publicist.domain.platform import DEAD_TOKEN, ErrorClass

VERIFIED = date(2026, 11, 23)
NOT_DONE, IN_DOUBT = True, False

SEEN = "error maps of open-source publishers in production"
REPORTED = "community report"

REACHABLE = "instagram.media.reachable"
PERMISSION = "meta.permission.missing"
TOKEN = DEAD_TOKEN

GRANT = "Connect the account again and grant every permission; check that your role on the Page allows publishing."
LOG_IN = "Log in to the account in its own app, do what it asks, then try again."
SHRINK = "Make the file smaller, then post it again."
TRANSCODE = "Re-encode the video as MP4 with H.264 and AAC, then post it again."
RESEND = "If it keeps failing, re-encode the file."
HOST_IT = "Upload the file to POST /v1/media, or host it where anyone can fetch it without login or redirect."
SLOW_DOWN = "Nothing is wrong with the post; post less often if it keeps happening."
TRY_LATER = "Nothing is wrong with the post."
META_FAULT = "The fault is Meta's, and it passes; nothing has to be changed."
EDIT = "Change the post as Meta's message says, then post it again."
OURS = "This is a fault of Publicist or of the Meta app's setup; report it with Meta's raw answer."
CHECK_APP = "Check PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and the redirect URI in the Meta app's settings."


@dataclass(frozen=True, slots=True)
class Row:
    """What one of Meta's errors means.

    It is found by `code` and `subcode` (a `subcode` of None stands for none, or for one without a row of its own), or
    for errors that only words tell, by a part of the message: `text`. `not_done` puts the pair on the allow-list of
    answers that prove the call had no effect. `remediation` holds while Publicist tries again and when it has given up:
    which of the two it is, `workflows.next_step` says. `source` is the title of Meta's page, or where else it was seen.
    """

    code: int | None
    subcode: int | None
    error_class: ErrorClass
    not_done: bool
    meaning: str
    remediation: str
    source: str
    rule: str | None = None
    text: str | None = None
    verified: date = VERIFIED
