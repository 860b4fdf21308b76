"""How a target reaches a Page: text and link, photos, video. Pure: says what comes next (design §6)."""

from publicist.domain.platform import Decision, Job
from publicist.platforms.facebook.feed import decide_feed
from publicist.platforms.facebook.video import decide_video


def decide(job: Job) -> Decision:
    """What comes next for this target: a video has a flow of its own, everything else is one feed post."""
    if any(item.kind == "video" for item in job.media):
        return decide_video(job)
    return decide_feed(job)
