"""Which call does what on Instagram's objects."""

from graphsim.call import PAGING, Edges, Endpoint, takes
from graphsim.instagram import account, comments, containers, media, publish
from graphsim.instagram.options import TAKEN_BY

EDGES: Edges = {
    "GET /{ig-user}": Endpoint(account.read_account, fields=account.ACCOUNT_FIELDS),
    "POST /{ig-user}/media": Endpoint(containers.create, takes(*TAKEN_BY)),
    "GET /{ig-user}/media": Endpoint(media.list_media, PAGING | takes("since", "until"), media.MEDIA_FIELDS),
    "GET /{ig-user}/stories": Endpoint(media.list_stories, PAGING | takes("since", "until"), media.MEDIA_FIELDS),
    "POST /{ig-user}/media_publish": Endpoint(publish.publish, takes("creation_id"), publishes=True),
    "GET /{ig-user}/content_publishing_limit": Endpoint(account.read_quota, takes("since"), account.QUOTA_FIELDS),
    "GET /{ig-user}/collaboration_invites": Endpoint(media.list_invites, PAGING),
    "POST /{ig-user}/collaboration_invites": Endpoint(media.answer_invite, takes("media_id", "accept")),
    "GET /{container}": Endpoint(containers.read_container, fields=containers.CONTAINER_FIELDS),
    "GET /{media}": Endpoint(media.read_media, fields=media.MEDIA_FIELDS),
    "POST /{media}": Endpoint(media.edit_media, takes("comment_enabled")),
    "DELETE /{media}": Endpoint(media.delete_media),
    "GET /{media}/children": Endpoint(media.edge_of("children"), PAGING),
    "GET /{media}/collaborators": Endpoint(media.edge_of("collaborators"), PAGING),
    "GET /{media}/product_tags": Endpoint(media.edge_of("product_tags"), PAGING),
    "GET /{media}/comments": Endpoint(comments.list_comments, PAGING, comments.COMMENT_FIELDS),
    "POST /{media}/comments": Endpoint(comments.create_comment, takes("message"), publishes=True),
    "GET /{ig-comment}": Endpoint(comments.read_comment, fields=comments.COMMENT_FIELDS),
    "POST /{ig-comment}": Endpoint(comments.hide_comment, takes("hide")),
    "DELETE /{ig-comment}": Endpoint(comments.delete_comment),
    "GET /{ig-comment}/replies": Endpoint(comments.list_replies, PAGING, comments.COMMENT_FIELDS),
    "POST /{ig-comment}/replies": Endpoint(comments.create_reply, takes("message"), publishes=True),
}
"""Meta: IG User, IG User Media, IG Container, IG Media, IG Comment."""
