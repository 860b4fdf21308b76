"""Meta's errors that any Graph call can meet: tokens, permissions, throttles, and faults inside Meta."""

from publicist.domain.platform import ErrorClass as Class
from publicist.meta.error_row import (
    CHECK_APP,
    EDIT,
    GRANT,
    HOST_IT,
    IN_DOUBT,
    LOG_IN,
    META_FAULT,
    NOT_DONE,
    OURS,
    PERMISSION,
    RECONNECT,
    REPORTED,
    SLOW_DOWN,
    TOKEN,
    TRANSCODE,
    TRY_LATER,
    Row,
)

DOC = "Graph API, Handling Errors"
LIMITS_DOC = "Graph API, Rate Limits"
LOGIN_DOC = "Facebook Login, Manually Build a Login Flow"
TOKENS_DOC = "Facebook Login, Access Tokens"
RECORDED = "recorded replies of graph.facebook.com"

REACHABLE_PAGE = "facebook.media.reachable"

_DUPLICATE = "Facebook says that the Page already has this post; change the text if you mean to post it again."
_START_AGAIN = "Start again at POST /v1/accounts/connect/facebook; each consent works once and only for minutes."
_POLICY = "Facebook blocked the action; read its message, and let the Page rest for a day before posting again."
_URL = "Check that the link opens for anyone without login, then post it again."
_TICK = "Connect the account again and tick this Page and its Instagram account in Meta's dialog."

# fmt: off
GRAPH: tuple[Row, ...] = (
    Row(1, None, Class.AMBIGUOUS, IN_DOUBT, "An unknown error inside Meta.", META_FAULT, DOC),
    Row(2, None, Class.TRANSIENT, IN_DOUBT, "Meta has a temporary fault.", META_FAULT, DOC),
    Row(3, None, Class.CONFIG, NOT_DONE, "The Meta app may not use this call.", OURS, DOC),
    Row(4, None, Class.THROTTLED, IN_DOUBT, "The Meta app makes too many calls.", SLOW_DOWN, LIMITS_DOC),
    Row(17, None, Class.THROTTLED, NOT_DONE, "The user makes too many calls.", SLOW_DOWN, LIMITS_DOC),
    Row(32, None, Class.THROTTLED, NOT_DONE, "The Page makes too many calls.", SLOW_DOWN, LIMITS_DOC),
    Row(100, None, Class.CONTENT, NOT_DONE, "Meta refused a parameter.", EDIT, DOC),
    Row(100, 33, Class.PERMISSION, IN_DOUBT, "The object is hidden or gone.", _TICK, RECORDED, PERMISSION),
    Row(100, 36007, Class.AUTH, NOT_DONE, "The authorization code has expired.", _START_AGAIN, LOGIN_DOC),
    Row(100, 36008, Class.AUTH, NOT_DONE, "The redirect URI differs from the dialog's.", CHECK_APP, LOGIN_DOC),
    Row(100, 36009, Class.AUTH, NOT_DONE, "The authorization code was used before.", _START_AGAIN, LOGIN_DOC),
    Row(101, None, Class.CONFIG, NOT_DONE, "Meta does not know the app.", CHECK_APP, DOC),
    Row(102, None, Class.AUTH, NOT_DONE, "The session is not valid.", RECONNECT, DOC, TOKEN),
    Row(104, None, Class.CONFIG, NOT_DONE, "The proof of the app's secret is wrong.", CHECK_APP, DOC),
    Row(190, None, Class.AUTH, NOT_DONE, "The token is not valid.", RECONNECT, TOKENS_DOC, TOKEN),
    Row(190, 458, Class.AUTH, NOT_DONE, "The user removed the app.", RECONNECT, TOKENS_DOC, TOKEN),
    Row(190, 459, Class.USER_ACTION, NOT_DONE, "Meta wants the user to log in.", LOG_IN, TOKENS_DOC, TOKEN),
    Row(190, 460, Class.AUTH, NOT_DONE, "The user's password was changed.", RECONNECT, TOKENS_DOC, TOKEN),
    Row(190, 463, Class.AUTH, NOT_DONE, "The token has expired.", RECONNECT, TOKENS_DOC, TOKEN),
    Row(190, 464, Class.USER_ACTION, NOT_DONE, "The user's account is not confirmed.", LOG_IN, TOKENS_DOC, TOKEN),
    Row(190, 467, Class.AUTH, NOT_DONE, "The token was made invalid.", RECONNECT, TOKENS_DOC, TOKEN),
    Row(190, 492, Class.AUTH, NOT_DONE, "The user lost the role on the Page.", GRANT, TOKENS_DOC, TOKEN),
    Row(324, None, Class.MEDIA_FETCH, NOT_DONE, "The image is missing or unreadable.", HOST_IT, DOC, REACHABLE_PAGE),
    Row(341, None, Class.THROTTLED, NOT_DONE, "The Meta app is limited for a while.", SLOW_DOWN, DOC),
    Row(352, None, Class.CONTENT, NOT_DONE, "The video's format is not supported.", TRANSCODE, DOC),
    Row(368, None, Class.CONTENT, NOT_DONE, "Meta's policy blocked the action.", _POLICY, DOC),
    Row(382, None, Class.CONTENT, NOT_DONE, "The video is too small.", EDIT, DOC),
    Row(389, None, Class.MEDIA_FETCH, NOT_DONE, "The video could not be fetched.", HOST_IT, DOC, REACHABLE_PAGE),
    Row(506, None, Class.DUPLICATE, IN_DOUBT, "The same post was made just before.", _DUPLICATE, DOC),
    Row(613, None, Class.THROTTLED, NOT_DONE, "Too many calls of this kind.", SLOW_DOWN, LIMITS_DOC),
    Row(613, 1996, Class.THROTTLED, NOT_DONE, "Calls come too unevenly.", SLOW_DOWN, LIMITS_DOC),
    Row(803, None, Class.CONFIG, NOT_DONE, "Meta knows none of the ids asked for.", OURS, DOC),
    Row(1500, None, Class.CONTENT, NOT_DONE, "The link is not a usable URL.", _URL, DOC),
    Row(None, 1609005, Class.CONTENT, NOT_DONE, "Facebook could not read the link.", _URL, DOC),
    Row(2500, None, Class.AUTH, NOT_DONE, "The call came without a usable token.", RECONNECT, DOC, TOKEN),
    Row(6000, None, Class.TRANSIENT, IN_DOUBT, "Uploading the video failed.", TRY_LATER, DOC),
    Row(6001, None, Class.CONTENT, NOT_DONE, "The video cannot be used.", TRANSCODE, DOC),
    *(
        Row(code, None, Class.THROTTLED, NOT_DONE, meaning, SLOW_DOWN, LIMITS_DOC)
        for code, meaning in {
            80000: "Too many calls for ad statistics.",
            80001: "Too many calls for this Page.",
            80002: "Too many calls for this Instagram account.",
            80003: "Too many calls for custom audiences.",
            80004: "Too many calls for this ad account.",
            80005: "Too many calls for lead forms.",
            80006: "Too many calls for Messenger.",
            80008: "Too many calls for WhatsApp.",
            80009: "Too many calls for the catalog.",
            80014: "Too many calls for the catalog's batches.",
        }.items()
    ),
    Row(None, 2446079, Class.THROTTLED, NOT_DONE, "Too many calls for this account.", SLOW_DOWN, LIMITS_DOC),
    Row(210, None, Class.PERMISSION, NOT_DONE, "The user is not visible.", GRANT, DOC, PERMISSION),
    Row(240, None, Class.PERMISSION, NOT_DONE, "The target needs other access.", GRANT, DOC, PERMISSION),
    Row(283, None, Class.PERMISSION, NOT_DONE, "A permission to read the Page is missing.", GRANT, DOC, PERMISSION),
)
"""By code and subcode."""

PERMISSION_CODES = range(200, 300)
PERMISSION_ROW = Row(200, None, Class.PERMISSION, NOT_DONE, "A permission is missing.", GRANT, DOC, PERMISSION)
"""For every code from 200 to 299 without a row of its own."""

GRAPH_TEXTS: tuple[Row, ...] = (
    Row(None, None, Class.CONFIG, IN_DOUBT, "The app's secret is wrong.", CHECK_APP, LOGIN_DOC,
        text="Error validating client secret"),
    Row(None, None, Class.CONFIG, IN_DOUBT, "The call names a path that Meta does not know.", OURS, DOC,
        text="Unknown path components"),
    Row(None, None, Class.CONFIG, IN_DOUBT, "The proof of the app's secret is wrong.", CHECK_APP,
        "Graph API, Securing Requests", text="appsecret_proof"),
    Row(None, None, Class.AUTH, IN_DOUBT, "The authorization code is not one of Meta's.", _START_AGAIN, LOGIN_DOC,
        text="Invalid verification code format"),
    Row(None, None, Class.AUTH, IN_DOUBT, "The redirect URI differs from the dialog's.", CHECK_APP, LOGIN_DOC,
        text="redirect_uri is identical"),
)
"""By words alone; whether the call had an effect is decided by the code that came with them."""

HTTP_ROWS: dict[int, Row] = {
    401: Row(None, None, Class.AUTH, IN_DOUBT, "Meta refused the token.", RECONNECT, DOC, TOKEN),
    429: Row(None, None, Class.THROTTLED, IN_DOUBT, "Meta refused for too many calls.", SLOW_DOWN, REPORTED),
}
"""By HTTP status, for an answer whose code is not known."""

FAULT_ROW = Row(None, None, Class.TRANSIENT, IN_DOUBT, "Meta has a fault.", META_FAULT, DOC)
"""For every HTTP 5xx whose code is not known."""

CODE_EXCHANGE: dict[str, Row] = {
    "OAuthException": Row(None, None, Class.AUTH, IN_DOUBT, "Meta refused the consent.", _START_AGAIN, LOGIN_DOC),
}
"""By `error_type`, as hosts answer a code exchange that know no `error` object."""

UNKNOWN_ROW = Row(None, None, Class.AMBIGUOUS, IN_DOUBT, "Meta failed in an unknown way.", META_FAULT, DOC)
"""Everything else: the safest reading, the call may have had its effect."""
# fmt: on
