"""Recorded messages of Graph errors, for those that no behaviour here causes by itself but a fault may script.

Sources: Meta, Instagram Platform > Error Codes; Graph API > Handling Errors; recordings. A bare subcode of the
reference stands under the code it came with.
"""

from typing import NamedTuple

from graphsim.wire.errors import GraphError

_LIMIT = "Application request limit reached"


class Known(NamedTuple):
    """`transient` is what Meta claims, which is not always so."""

    message: str
    status: int = 400
    transient: bool | None = None
    title: str | None = None
    words: str | None = None


ERRORS: dict[tuple[int, int | None], Known] = {
    (-2, 2207003): Known("Timeout", title="Media download timed out"),
    (-2, 2207020): Known("The media container has expired"),
    (-1, 2207001): Known("Instagram server error, try again later"),
    (-1, 2207032): Known("Create media failed"),
    (-1, 2207053): Known("Unknown upload error"),
    (-1, 2207085): Known("Fatal", title="Fatal"),
    (1, None): Known("An unknown error occurred", 500),
    (1, 2207057): Known("The thumbnail offset is outside the video"),
    (1, 99): Known("An unknown error occurred", 500),
    (2, None): Known("An unexpected error has occurred. Please retry your request later.", 500, True),
    (3, None): Known("(#3) Application does not have the capability to make this API call."),
    (4, None): Known(f"(#4) {_LIMIT}", 403, True),
    (4, 2207051): Known(
        _LIMIT,
        403,
        False,
        "Action is blocked",
        "We restrict certain activity to protect our community. Tell us if you think we made a mistake.",
    ),
    (9, 2207042): Known(_LIMIT),
    (10, None): Known("(#10) Application does not have permission for this action", 403),
    (12, None): Known("(#12) singular published story API is deprecated for versions v2.4 and higher"),
    (17, None): Known("(#17) User request limit reached", 403),
    (24, 2207006): Known("The requested resource does not exist"),
    (24, 2207008): Known("The requested resource does not exist"),
    (25, 2207050): Known("The Instagram account is restricted"),
    (32, None): Known("(#32) Page request limit reached", 403),
    (100, 33): Known(
        "Unsupported request. The object does not exist or cannot be loaded.", title="Authorization Error"
    ),
    (102, None): Known("Session key invalid or no longer valid", 401),
    (104, None): Known("Incorrect signature"),
    (190, 459): Known(
        "You cannot access the app till you log in to www.instagram.com and follow the instructions given."
    ),
    (200, 1609008): Known("(#200) Links to facebook.com are not allowed in this post", 403),
    (210, None): Known("(#210) User not visible", 403),
    (240, None): Known("(#240) Requires a valid user is specified", 403),
    (283, None): Known("(#283) Requires extended permission: pages_read_engagement", 403),
    (341, None): Known("(#341) Feed action request limit reached"),
    (352, 2207026): Known("The video format is not supported"),
    (368, None): Known("(#368) The action attempted has been deemed abusive or is otherwise disallowed", 403),
    (368, 1390008): Known("(#368) You are posting too fast", 403),
    (368, 1346003): Known("(#368) The content was judged abusive", 403),
    (368, 1404102): Known("(#368) The content goes against the community standards", 403),
    (368, 1404006): Known("(#368) A security check is needed before you comment", 403),
    (368, 1404112): Known("(#368) The account is limited for some days", 403),
    (382, None): Known("(#382) The video file is too small"),
    (506, None): Known("(#506) Duplicate status message"),
    (613, None): Known("(#613) Calls to this api have exceeded the rate limit."),
    (613, 1996): Known("(#613) Inconsistent volume of requests"),
    (1500, None): Known("(#1500) The url you supplied is invalid"),
    (1500, 1609005): Known("(#1500) The link could not be scraped"),
    (9004, 2207052): Known("Only photo or video can be accepted as media type."),
    (9007, 2207027): Known("Media ID is not available", 400, False, "Cannot Publish"),
    (36000, 2207004): Known("The image is too large to be downloaded. It should be less than 8 MiB."),
    (80001, None): Known("(#80001) There have been too many calls to this Page account. Wait a bit and try again."),
    (80002, None): Known(
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
    ),
    (100, 2207076): Known("The media could not be downloaded"),
    (100, 2207077): Known("The media could not be transcoded"),
    (100, 2207078): Known("The limit of trial reels is reached"),
    (100, 1349125): Known("Invalid format"),
    (200, 1363005): Known("(#200) The video cannot be edited", 403),
    (200, 1363042): Known("(#100) No permission to publish the video", 403),
    (200, 1404078): Known("(#200) Page Publishing Authorization must be completed", 403),
    (2, 1363047): Known("The service is temporarily unavailable", 500, True),
    (2, 1609010): Known("The service is temporarily unavailable", 500, True),
    (352, None): Known("(#352) The video file you selected is in a format that we don't support."),
    (6000, 1363023): Known("(#6000) The video is too large"),
    (6000, 1363022): Known("(#6000) The video is too small"),
    (6000, 1363025): Known("(#6000) The video is too short"),
    (6000, 1363026): Known("(#6000) The video is too long"),
    (6000, 1363024): Known("(#6000) The format of the video is not supported"),
    (6000, 1363031): Known("(#6000) The video is not supported"),
    (6000, 1363032): Known("(#6000) The file is not a video"),
    (6000, 1363040): Known("(#6000) The aspect ratio of a reel must be between 16:9 and 9:16"),
    (6000, 1363127): Known("(#6000) A reel must be at least 540x960"),
    (6000, 1363128): Known("(#6000) A reel must be between 3 and 90 seconds long"),
    (6000, 1363129): Known("(#6000) The frame rate of a reel must be between 24 and 60"),
    (6001, 1363019): Known("(#6001) There was a problem with a chunk, send it again"),
    (6001, 1363030): Known("(#6001) The upload timed out"),
    (6001, 1363033): Known("(#6001) The upload was interrupted"),
    (6000, None): Known("(#6000) There was a problem uploading your video"),
    (6001, None): Known("(#6001) There was a problem uploading your video"),
    (1363008, None): Known("OIL Error[FILE_NOT_FOUND: 6]: File not found."),
    (80000, None): Known("(#80000) There have been too many calls from this ad-account."),
    (80003, None): Known("(#80003) There have been too many calls from this ad-account."),
    (80004, None): Known("(#80004) There have been too many calls to this ad-account."),
    (80005, None): Known("(#80005) There have been too many leadgen api calls to this Page account."),
    (80006, None): Known("(#80006) There have been too many messenger api calls to this Page account."),
    (80008, None): Known("(#80008) There have been too many calls to this WhatsApp Business account."),
    (80009, None): Known("(#80009) There have been too many calls to this Catalog account."),
    (80014, None): Known("(#80014) There have been too many calls for the batch uploads to this catalog account."),
}
"""By code and subcode."""


def scripted(code: int, subcode: int | None, *, message: str = "", status: int = 0, bare: bool = False) -> GraphError:
    """The error with its recorded words; with `bare`, without subcode and words for people."""
    known = ERRORS.get((code, subcode)) or ERRORS.get((code, None)) or Known(f"(#{code}) An error occurred")
    if bare:
        return GraphError(code, message or known.message, status=status or known.status)
    return GraphError(
        code,
        message or known.message,
        subcode=subcode,
        status=status or known.status,
        title=known.title,
        words=known.words,
        transient=known.transient,
    )
