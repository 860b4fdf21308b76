"""Meta's errors when publishing to Instagram."""

from publicist.domain.platform import ErrorClass as Class
from publicist.meta.error_row import (
    EDIT,
    GRANT,
    HOST_IT,
    IN_DOUBT,
    LOG_IN,
    META_FAULT,
    NOT_DONE,
    OURS,
    PERMISSION,
    REACHABLE,
    RECONNECT,
    REPORTED,
    RESEND,
    SEEN,
    SHRINK,
    TOKEN,
    TRANSCODE,
    TRY_LATER,
    Row,
)

DOC = "Instagram Platform, Error Codes"
MEDIA_DOC = "Instagram Platform, IG User Media"

MIME = "instagram.media.mime_allowed"
RATIO = "instagram.media.aspect_ratio"
IMAGE_SIZE = "instagram.media.image_size_max"
COUNT = "instagram.media.count_max"
CAPTION = "instagram.text.max_graphemes"
MENTIONS = "instagram.text.mentions_max"
QUOTA = "instagram.publish.quota"
CONTAINER = "instagram.container.error"
EXPIRED = "meta.container.expired"
PERSONAL = "instagram.account_type.requires_professional"

_REST = "Let the account rest for a day or two before posting again."
_QUOTA = "Instagram takes so many posts a day; there is room again as older ones leave the 24-hour window."
_CROP = "Crop the image to a ratio between 4:5 and 1.91:1, then post it again."
_JPEG = "Save the image as JPEG, then post it again."
_SHORTEN = "Shorten the caption, or use fewer hashtags and mentions, then post it again."
_SWITCH = "Switch the account to Business or Creator in the Instagram app, then connect it again."
_TRIAL = "Post it as an ordinary Reel, or try again tomorrow."

# One row, one line: read down the columns. Errors of code -1 never prove anything, whatever their subcode.
# fmt: off
INSTAGRAM: tuple[Row, ...] = (
    Row(-2, 2207003, Class.MEDIA_FETCH, NOT_DONE, "Downloading the media took too long.", HOST_IT, DOC, REACHABLE),
    Row(-2, 2207020, Class.GONE, NOT_DONE, "The container expired.", TRY_LATER, DOC, EXPIRED),
    Row(-1, None, Class.AMBIGUOUS, IN_DOUBT, "An error inside Instagram.", META_FAULT, DOC),
    Row(-1, 2207001, Class.TRANSIENT, IN_DOUBT, "An error inside Instagram.", META_FAULT, DOC),
    Row(-1, 2207032, Class.TRANSIENT, IN_DOUBT, "Making the container failed.", TRY_LATER, DOC),
    Row(-1, 2207053, Class.NEW_CONTAINER, IN_DOUBT, "The upload failed.", RESEND, DOC, CONTAINER),
    Row(-1, 2207073, Class.CONTENT, IN_DOUBT, "Media of this type cannot be deleted by the API.",
        "Delete it in the Instagram app.", DOC),
    Row(-1, 2207085, Class.NEW_CONTAINER, IN_DOUBT, "Processing the media failed.", RESEND, SEEN, CONTAINER),
    Row(1, 2207057, Class.CONTENT, NOT_DONE, "The cover's time lies outside the video.", EDIT, DOC),
    Row(4, 2207051, Class.AMBIGUOUS, IN_DOUBT, "Instagram's spam protection blocked the action.", _REST, DOC),
    Row(9, 2207042, Class.QUOTA, NOT_DONE, "The account's daily number of posts is used up.", _QUOTA, DOC, QUOTA),
    Row(10, None, Class.PERMISSION, NOT_DONE, "A permission is missing.", GRANT, DOC, PERMISSION),
    Row(12, None, Class.CONFIG, NOT_DONE, "The object is of the wrong kind for this call.", OURS, SEEN),
    Row(24, 2207006, Class.PERMISSION, NOT_DONE, "The media is not visible to the account.", GRANT, DOC, PERMISSION),
    Row(24, 2207008, Class.NOT_READY, NOT_DONE, "The container is not known (yet).", TRY_LATER, DOC, EXPIRED),
    Row(25, 2207050, Class.USER_ACTION, NOT_DONE, "The account is restricted or inactive.", LOG_IN, DOC),
    Row(100, 2207023, Class.CONFIG, NOT_DONE, "The media type is unknown.", OURS, DOC),
    Row(100, 2207028, Class.CONTENT, NOT_DONE, "A carousel has 2 to 10 items.", EDIT, DOC, COUNT),
    Row(100, 2207035, Class.CONTENT, NOT_DONE, "A product tag of a video has no position.", EDIT, DOC),
    Row(100, 2207036, Class.CONTENT, NOT_DONE, "A product tag of a photo needs a position.", EDIT, DOC),
    Row(100, 2207037, Class.CONTENT, NOT_DONE, "A tagged product is not approved.", EDIT, DOC),
    Row(100, 2207040, Class.CONTENT, NOT_DONE, "The caption mentions too many accounts.", _SHORTEN, DOC, MENTIONS),
    Row(110, 2207013, Class.USER_ACTION, NOT_DONE, "The account is a personal one.", _SWITCH, SEEN, PERSONAL),
    Row(352, 2207026, Class.CONTENT, NOT_DONE, "The video's format is not supported.", TRANSCODE, DOC, MIME),
    Row(9004, None, Class.MEDIA_FETCH, NOT_DONE, "The media could not be fetched.", HOST_IT, DOC, REACHABLE),
    Row(9004, 2207052, Class.MEDIA_FETCH, NOT_DONE, "The media could not be fetched.", HOST_IT, DOC, REACHABLE),
    Row(9007, None, Class.NOT_READY, NOT_DONE, "The container is not ready.", TRY_LATER, DOC),
    Row(9007, 2207027, Class.NOT_READY, NOT_DONE, "The container is not ready.", TRY_LATER, DOC),
    Row(36000, None, Class.CONTENT, NOT_DONE, "The image is larger than 8 MiB.", SHRINK, DOC, IMAGE_SIZE),
    Row(36000, 2207004, Class.CONTENT, NOT_DONE, "The image is larger than 8 MiB.", SHRINK, DOC, IMAGE_SIZE),
    Row(36001, None, Class.CONTENT, NOT_DONE, "The image's format is not supported.", _JPEG, DOC, MIME),
    Row(36001, 2207005, Class.CONTENT, NOT_DONE, "The image's format is not supported.", _JPEG, DOC, MIME),
    Row(36003, None, Class.CONTENT, NOT_DONE, "The aspect ratio is not supported.", _CROP, DOC, RATIO),
    Row(36003, 2207009, Class.CONTENT, NOT_DONE, "The aspect ratio is not supported.", _CROP, DOC, RATIO),
    Row(36004, None, Class.CONTENT, NOT_DONE, "The caption is too long.", _SHORTEN, DOC, CAPTION),
    Row(36004, 2207010, Class.CONTENT, NOT_DONE, "The caption is too long.", _SHORTEN, DOC, CAPTION),
    Row(None, 1363008, Class.NEW_CONTAINER, IN_DOUBT, "The uploaded file was lost.", RESEND, REPORTED, CONTAINER),
    Row(None, 2207076, Class.NEW_CONTAINER, IN_DOUBT, "Processing the media failed.", RESEND, SEEN, CONTAINER),
    Row(None, 2207077, Class.NEW_CONTAINER, IN_DOUBT, "Processing the media failed.", RESEND, SEEN, CONTAINER),
    Row(None, 2207078, Class.QUOTA, NOT_DONE, "The limit of trial Reels is reached.", _TRIAL, SEEN),
    Row(None, 2207081, Class.CONTENT, NOT_DONE, "The account may not post trial Reels.", _TRIAL, SEEN),
    Row(None, 2207082, Class.NEW_CONTAINER, IN_DOUBT, "Processing the media failed.", RESEND, SEEN, CONTAINER),
)
"""By code and subcode."""

INSTAGRAM_TEXTS: tuple[Row, ...] = (
    Row(None, None, Class.USER_ACTION, IN_DOUBT, "The account is a personal one.", _SWITCH, SEEN, PERSONAL,
        text="The user is not an Instagram Business"),
    Row(None, None, Class.CONTENT, IN_DOUBT, "Collaborators are not allowed here.", EDIT, SEEN,
        text="param collaborators is not allowed"),
    Row(None, None, Class.CONTENT, IN_DOUBT, "The location is unknown.", EDIT, MEDIA_DOC,
        text="INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID"),
    Row(None, None, Class.AUTH, IN_DOUBT, "The token is not valid.", RECONNECT, SEEN, TOKEN,
        text="Session key is malformed"),
    Row(None, None, Class.AUTH, IN_DOUBT, "The token is not valid.", RECONNECT, SEEN, TOKEN,
        text="REVOKED_ACCESS_TOKEN"),
)
"""By words alone; whether the call had an effect is decided by the code that came with them."""
# fmt: on
