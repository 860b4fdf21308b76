"""Rule ids of Instagram that only publishing or connecting raises."""

from publicist.platforms.instagram.rules.common import ME, PUBLISHING, VERIFIED
from publicist.preflight.rule import RuleNote


def _note(id: str, title: str, why: str, remediation: str, source: str = PUBLISHING) -> RuleNote:
    return RuleNote(id, ME, title, why, remediation, source, VERIFIED)


_OAUTH = {
    "code_exchange": "exchanging the code",
    "long_lived_exchange": "getting a long-lived token",
    "me_lookup": "reading the profile",
    "refresh": "refreshing the token",
}

NOTES: tuple[RuleNote, ...] = (
    _note(
        "instagram.connect.facebook",
        "Instagram is connected through Facebook",
        "Instagram Business accounts are reached through the Page they are linked to; one Meta consent connects both.",
        "Start at POST /v1/accounts/connect/facebook.",
        "Meta: Instagram Platform, Overview",
    ),
    *(
        _note(
            f"instagram.oauth.{step}",
            f"Instagram Login: {what} failed",
            "Instagram Login is another way to connect, by a consent on instagram.com. Publicist does not use it: it "
            "reaches Instagram through the Page, and one consent connects both.",
            "Start at POST /v1/accounts/connect/facebook.",
            "Meta: Instagram Platform, Business Login for Instagram",
        )
        for step, what in _OAUTH.items()
    ),
    _note(
        "instagram.container.error",
        "Instagram could not process the media",
        "The container ended in the state ERROR; Instagram says no more than a number.",
        "Look at the message for the number's meaning; re-encode the file if it repeats.",
    ),
    _note(
        "instagram.container.expired",
        "The container expired",
        "A container lives 24 hours, and this one was not published in that time.",
        "If a publish call was in doubt, look at the account before posting again.",
    ),
    _note(
        "instagram.container.timeout",
        "Instagram did not finish processing in time",
        "Containers can stay in progress without end; Publicist stops waiting after a deadline. Nothing was published.",
        "Try again later; re-encode the file if it repeats.",
    ),
    _note(
        "instagram.carousel.answer_lost",
        "The answers to making the carousel were lost",
        "The connection failed each time Publicist made the carousel. Instagram may have made it and takes its items "
        "only once, so every attempt makes new items; after the last one the post failed. Nothing was published.",
        "Send it with POST /v1/posts/{id}/retry when Meta answers again.",
    ),
    _note(
        "instagram.publish.quota",
        "The daily publishing limit is reached",
        "Instagram allows a number of API posts per account in 24 hours (100, or less for some accounts).",
        "Wait until older posts leave the 24-hour window.",
    ),
    _note(
        "instagram.account_type.requires_professional",
        "The Instagram account is personal",
        "Meta's API publishes to Business and Creator accounts only.",
        "Switch the account to a professional one in the Instagram app, then connect again.",
        "Meta: Instagram Platform, Overview",
    ),
)
