"""Rule ids that no draft can break and no one platform owns."""

from datetime import date

from publicist.preflight.rule import RuleNote

_VERIFIED = date(2026, 11, 23)


def _note(id: str, title: str, why: str, remediation: str, source: str = "Publicist") -> RuleNote:
    return RuleNote(id, None, title, why, remediation, source, _VERIFIED)


NOTES: tuple[RuleNote, ...] = (
    _note(
        "account.connect.elsewhere",
        "Another organization of this server has connected the account",
        "Two tenants who post on one Page would not see each other's posts, so the second one is not connected.",
        "Disconnect it there, then scan the grant again: POST /v1/grants/{id}/scan. Who runs the server can allow it: "
        "PUBLICIST_SHARED_ACCOUNTS=true.",
    ),
    _note(
        "media.unknown",
        "There is no such file",
        "The media id belongs to nobody, to another organization, or to the other environment; or the file was "
        "deleted, or expired because no post used it for 30 days (PUBLICIST_MEDIA_KEEP_DAYS).",
        "Upload the file with POST /v1/media, using a key of the same environment, and use the id it answers.",
    ),
    _note(
        "media.in_use",
        "Posts still need the file",
        "A file is not deleted while a post that is queued, being published or unconfirmed uses it; "
        "`platformResponse.postIds` names them (100 at most).",
        "Cancel those posts with DELETE /v1/posts/{id}, or wait until they are out.",
    ),
    _note(
        "media.adapt_failed",
        "An image could not be adapted",
        "The rendition is made before anything is sent. It can fail where probing did not: in a broken part of the "
        "file, by its time or memory, or because it does not get small enough. GET /v1/media/{id} says why.",
        "Nothing was sent. Convert the image yourself and upload the result, or send it as a JPEG without `adapt`.",
    ),
    _note(
        "media.url_expired",
        "The media URL is not valid any more",
        "Files are handed out under signed URLs that expire.",
        "Get a fresh one from GET /v1/media/{id}.",
    ),
    _note(
        "media.url_refused",
        "The URL leads where Publicist does not go",
        "Only http and https URLs whose every address, after every redirect too, is on the public internet are "
        "fetched; URLs with user names, or with an address in an unusual form, are not. Nothing was sent there.",
        "Put the file on a public host, or upload it to POST /v1/media.",
    ),
    _note(
        "media.url_unreachable",
        "The URL gave no file",
        "Publicist fetches the file once, without credentials, and follows up to 5 redirects. Share pages of cloud "
        "drives are web pages, not files; the message names them, with the address of the file where there is one. "
        "`platformResponse` tells what came instead.",
        "Give the address of the file itself, open to anyone; or upload the file to POST /v1/media.",
    ),
    _note(
        "meta.container.expired",
        "The container is gone",
        "Meta does not know the container: it lives 24 hours at most, and is sometimes not found right away.",
        "Nothing to do at first: Publicist makes a new one unless a publish call is in doubt.",
        "Meta: Instagram Platform, Error Codes",
    ),
    _note(
        "publish.unconfirmed",
        "Whether the post is live is not known",
        "A publish call was sent, its answer was lost, and looking at the account did not settle what happened. It is "
        "never sent again by itself, because that could publish twice.",
        "Look at the account. Publicist goes on looking for 24 hours and updates the post when it finds out.",
    ),
    _note(
        "publish.hold_expired",
        "The post waited too long for what held it",
        "A due post is held when its time passed while nothing was running (`missed`), while the same content to the "
        "same account is in doubt (`duplicate`), or while its account or organization is paused (`paused`). A hold "
        "ends after 7 days (PUBLICIST_HOLD_DAYS).",
        "Nothing was sent. Send it with POST /v1/posts/{id}/retry, or create it again.",
    ),
    _note(
        "publish.resolved_failed",
        "Someone found that the post is not live",
        "The publish call was in doubt, and POST /v1/posts/{id}/resolve said that nothing was published.",
        "Send it with POST /v1/posts/{id}/retry.",
    ),
    _note(
        "post.duplicate",
        "The same post was accepted a moment ago",
        "A request without an Idempotency-Key repeats the content of a post to the same account within 10 minutes "
        "(PUBLICIST_DUPLICATE_GUARD_SECONDS): most often a client that did not hear the first answer.",
        "Send an Idempotency-Key with every post. To publish the same again on purpose, set allowDuplicate.",
    ),
    _note(
        "meta.token.dead",
        "Meta does not accept the account's token any more",
        "Tokens die with a changed password, a removed app, a lost Page role or a checkpoint; time alone ends others.",
        "Connect the account again at POST /v1/accounts/connect/facebook, then post again.",
        "Meta: Graph API, Handling Errors",
    ),
    _note(
        "meta.permission.missing",
        "A permission is missing",
        "The consent did not include what this call needs, or the person's role on the Page does not.",
        "Connect again and allow everything that is asked for, as someone who may create content on the Page.",
        "Meta: Permissions Reference",
    ),
)
