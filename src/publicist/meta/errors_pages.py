"""Meta's errors when publishing to a Page, and those of its upload host, which have a shape of their own."""

from publicist.domain.platform import ErrorClass as Class
from publicist.meta.error_row import (
    EDIT,
    GRANT,
    HOST_IT,
    IN_DOUBT,
    LOG_IN,
    NOT_DONE,
    PERMISSION,
    REACHABLE,
    REPORTED,
    RESEND,
    SEEN,
    SHRINK,
    SLOW_DOWN,
    TRANSCODE,
    TRY_LATER,
    Row,
)

VIDEO = "Video API, Error Codes"
REELS_DOC = "Reels Publishing API"
UPLOAD_DOC = "Instagram Platform, Resumable Uploads"

IMAGE_SIZE = "facebook.media.image_size_max"
VIDEO_SIZE = "facebook.media.video_size_max"
MIME = "facebook.media.mime_allowed"
FETCHED = "facebook.media.reachable"

_NEW_PHOTOS = "Post again; each post needs photos that no other post uses."
_POLICY = "Facebook refused the content; read its message and change the post."
_IDENTITY = "Finish the Page's publishing authorization or identity check on Facebook, then post again."
_LINK = "Use a link to a page outside Facebook that anyone can open."
_OWNER = "Leave the picture, title and description of the link to Facebook."

# fmt: off
PAGES: tuple[Row, ...] = (
    Row(200, 1609008, Class.CONTENT, NOT_DONE, "Links to Facebook are not allowed here.", _LINK, SEEN),
    Row(None, 1366046, Class.CONTENT, NOT_DONE, "The photo is over 4 MB, or no JPEG or PNG.", SHRINK, SEEN, IMAGE_SIZE),
    Row(None, 1366051, Class.CONTENT, NOT_DONE, "A photo is already used in a post.", _NEW_PHOTOS, SEEN),
    Row(324, 2069019, Class.MEDIA_FETCH, NOT_DONE, "The photo cannot be fetched, or is none.", HOST_IT, SEEN, FETCHED),
    Row(None, 2069019, Class.CONTENT, NOT_DONE, "A photo cannot be used.", _NEW_PHOTOS, SEEN),
    Row(None, 1390008, Class.THROTTLED, NOT_DONE, "The Page posts too fast.", SLOW_DOWN, SEEN),
    Row(None, 1346003, Class.CONTENT, NOT_DONE, "Facebook judged the content abusive.", _POLICY, SEEN),
    Row(None, 1404102, Class.CONTENT, NOT_DONE, "The content breaks the community standards.", _POLICY, SEEN),
    Row(None, 1404006, Class.CONTENT, NOT_DONE, "A security check blocked the comment.", _POLICY, SEEN),
    Row(None, 1404112, Class.USER_ACTION, NOT_DONE, "The account is limited for some days.", LOG_IN, SEEN),
    Row(None, 1404078, Class.USER_ACTION, NOT_DONE, "The Page needs publishing authorization.", _IDENTITY, SEEN),
    Row(None, 4854002, Class.USER_ACTION, NOT_DONE, "Facebook wants the identity confirmed.", _IDENTITY, SEEN),
    Row(None, 2061006, Class.CONTENT, NOT_DONE, "A URL is not valid.", EDIT, SEEN),
    Row(None, 1349125, Class.CONTENT, NOT_DONE, "The file's format is not supported.", TRANSCODE, SEEN),
    Row(None, 1363047, Class.TRANSIENT, IN_DOUBT, "Facebook cannot take the video right now.", TRY_LATER, SEEN),
    Row(None, 1609010, Class.TRANSIENT, IN_DOUBT, "Facebook cannot take the link right now.", TRY_LATER, SEEN),
    Row(None, 1363042, Class.PERMISSION, NOT_DONE, "The account may not use this video.", GRANT, VIDEO, PERMISSION),
    Row(None, 1363005, Class.PERMISSION, NOT_DONE, "The account may not edit this video.", GRANT, VIDEO, PERMISSION),
    Row(None, 1363023, Class.CONTENT, NOT_DONE, "The video is too large.", SHRINK, VIDEO, VIDEO_SIZE),
    Row(None, 1363022, Class.CONTENT, NOT_DONE, "The video is smaller than 1 KB.", EDIT, VIDEO),
    Row(None, 1363025, Class.CONTENT, NOT_DONE, "The video is shorter than a second.", EDIT, VIDEO),
    Row(None, 1363026, Class.CONTENT, NOT_DONE, "The video is longer than 40 minutes.", EDIT, VIDEO),
    Row(None, 1363024, Class.CONTENT, NOT_DONE, "The video's format is not supported.", TRANSCODE, VIDEO, MIME),
    Row(None, 1363031, Class.CONTENT, NOT_DONE, "The video is not supported.", TRANSCODE, VIDEO, MIME),
    Row(None, 1363032, Class.CONTENT, NOT_DONE, "The file is not a video.", TRANSCODE, VIDEO, MIME),
    Row(None, 1363019, Class.TRANSIENT, IN_DOUBT, "A part of the video has to be sent again.", TRY_LATER, VIDEO),
    Row(None, 1363021, Class.TRANSIENT, IN_DOUBT, "Uploading the video met a problem.", TRY_LATER, VIDEO),
    Row(None, 1363030, Class.TRANSIENT, IN_DOUBT, "Uploading the video took too long.", TRY_LATER, VIDEO),
    Row(None, 1363033, Class.TRANSIENT, IN_DOUBT, "Uploading the video was interrupted.", TRY_LATER, VIDEO),
    Row(None, 1363037, Class.NEW_CONTAINER, NOT_DONE, "Facebook expects another part.", RESEND, VIDEO),
    Row(None, 1363041, Class.NEW_CONTAINER, NOT_DONE, "The upload session has expired.", RESEND, VIDEO),
    Row(None, 1363045, Class.NEW_CONTAINER, NOT_DONE, "The video has another size than announced.", RESEND, VIDEO),
    Row(None, 1363020, Class.NEW_CONTAINER, NOT_DONE, "The call came without a file.", RESEND, VIDEO),
    Row(None, 1363040, Class.CONTENT, NOT_DONE, "A Reel's ratio lies between 16:9 and 9:16.", EDIT, REELS_DOC),
    Row(None, 1363127, Class.CONTENT, NOT_DONE, "A Reel has at least 540 by 960 pixels.", EDIT, REELS_DOC),
    Row(None, 1363128, Class.CONTENT, NOT_DONE, "A Reel lasts 3 to 90 seconds.", EDIT, REELS_DOC),
    Row(None, 1363129, Class.CONTENT, NOT_DONE, "A Reel has 24 to 60 frames a second.", EDIT, REELS_DOC),
)
"""By code and subcode."""

PAGES_TEXTS: tuple[Row, ...] = (
    Row(None, None, Class.CONTENT, IN_DOUBT, "The title is too long.", EDIT, SEEN,
        text="Name parameter too long"),
    Row(None, None, Class.PERMISSION, IN_DOUBT, "The account may not publish this video.", GRANT, SEEN, PERMISSION,
        text="No permission to publish the video"),
    Row(None, None, Class.CONTENT, IN_DOUBT, "Only its owner may change how a link looks.", _OWNER, SEEN,
        text="Only owners of the URL have the ability"),
)
"""By words alone; whether the call had an effect is decided by the code that came with them."""

UPLOADS: dict[str, Row] = {
    "ProcessingFailedError": Row(
        None, None, Class.NEW_CONTAINER, IN_DOUBT, "Meta could not process the upload.", RESEND, UPLOAD_DOC),
    "OffsetInvalidError": Row(
        None, None, Class.TRANSIENT, IN_DOUBT, "Meta expects another part of the file.", TRY_LATER, UPLOAD_DOC),
    "PartialRequestError": Row(
        None, None, Class.TRANSIENT, IN_DOUBT, "The upload ended early.", TRY_LATER, REPORTED),
    "FileUrlProcessingError": Row(
        None, None, Class.MEDIA_FETCH, IN_DOUBT, "The media could not be fetched.", HOST_IT, UPLOAD_DOC, REACHABLE),
}
"""By `debug_info.type`, as rupload.facebook.com answers."""
# fmt: on
