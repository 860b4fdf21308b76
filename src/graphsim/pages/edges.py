"""Which call does what on Pages and what stands on them."""

from graphsim.call import PAGING, Edges, Endpoint, takes
from graphsim.pages import comments, feed, page, photos, posts, reels, uploads, videos

_DECORATION = takes(
    "place", "tags", "targeting", "feed_targeting", "backdated_time", "backdated_time_granularity",
    "scheduled_publish_time", "unpublished_content_type", "published",
)  # fmt: skip
_RANGE = PAGING | takes("since", "until")
_FEED = _DECORATION | takes(
    "message", "link", "attached_media", "child_attachments", "call_to_action", "og_action_type_id", "og_object_id",
    "text_format_preset_id", "picture", "name", "description", "caption",
)  # fmt: skip
_PHOTO = _DECORATION | takes(
    "url", "source", "caption", "message", "name", "temporary", "alt_text_custom", "no_story"
)  # fmt: skip
_VIDEO = takes(
    "upload_phase", "upload_session_id", "start_offset", "video_file_chunk", "file_size", "file_url", "source",
    "fbuploader_video_file_chunk", "title", "description", "published", "scheduled_publish_time", "thumb",
    "content_category", "custom_labels", "content_tags", "targeting", "feed_targeting", "no_story",
    "unpublished_content_type", "call_to_action",
)  # fmt: skip
_REEL = takes(
    "upload_phase", "video_id", "video_state", "description", "title", "scheduled_publish_time", "place", "targeting"
)
_COMMENT = takes("message", "attachment_id", "attachment_url", "attachment_share_url")

EDGES: Edges = {
    "GET /{page}": Endpoint(page.read_page, fields=page.PAGE_FIELDS),
    "POST /{page}/feed": Endpoint(feed.create_post, _FEED, publishes=True),
    "GET /{page}/feed": Endpoint(posts.list_posts, _RANGE, posts.POST_FIELDS),
    "GET /{page}/posts": Endpoint(posts.list_posts, _RANGE, posts.POST_FIELDS),
    "GET /{page}/published_posts": Endpoint(posts.list_posts, _RANGE, posts.POST_FIELDS),
    "GET /{page}/scheduled_posts": Endpoint(posts.list_scheduled, _RANGE, posts.POST_FIELDS),
    "POST /{page}/photos": Endpoint(photos.create_photo, _PHOTO, publishes=True),
    "POST /{page}/videos": Endpoint(videos.create_video, _VIDEO, publishes=True),
    "POST /{page}/video_reels": Endpoint(reels.create_reel, _REEL, publishes=True),
    "POST /{page}/video_stories": Endpoint(reels.create_video_story, takes("upload_phase", "video_id"), publishes=True),
    "POST /{page}/photo_stories": Endpoint(reels.create_photo_story, takes("photo_id"), publishes=True),
    "GET /{page}/stories": Endpoint(reels.list_stories, _RANGE | takes("status"), reels.STORY_FIELDS),
    "POST /{page}/subscribed_apps": Endpoint(page.subscribe, takes("subscribed_fields")),
    "GET /{page}/subscribed_apps": Endpoint(page.subscriptions),
    "GET /{page-post}": Endpoint(posts.read_post, fields=posts.POST_FIELDS),
    "POST /{page-post}": Endpoint(
        posts.edit_post,
        takes("message", "is_published", "is_hidden", "is_pinned", "scheduled_publish_time"),
        publishes=True,
    ),
    "DELETE /{page-post}": Endpoint(posts.delete_post),
    "GET /{page-post}/comments": Endpoint(comments.list_comments, PAGING, comments.COMMENT_FIELDS),
    "POST /{page-post}/comments": Endpoint(comments.create_comment, _COMMENT, publishes=True),
    "GET /{page-comment}": Endpoint(comments.read_comment, fields=comments.COMMENT_FIELDS),
    "POST /{page-comment}": Endpoint(comments.edit_comment, takes("message", "is_hidden")),
    "DELETE /{page-comment}": Endpoint(comments.delete_comment),
    "GET /{photo}": Endpoint(photos.read_photo, fields=photos.PHOTO_FIELDS),
    "DELETE /{photo}": Endpoint(photos.delete_photo),
    "GET /{video}": Endpoint(videos.read_video, fields=videos.VIDEO_FIELDS),
    "DELETE /{video}": Endpoint(videos.delete_video),
    "POST /{app}/uploads": Endpoint(uploads.create_upload, takes("file_name", "file_length", "file_type")),
    "GET /{upload}": Endpoint(uploads.read_upload, fields=uploads.UPLOAD_FIELDS),
}
"""Meta: Page, Page Feed, Page Photos, Page Videos, Page Video Reels, Page Stories, Page Post, Comment."""
