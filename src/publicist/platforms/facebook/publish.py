"""How a target reaches a Page: text and link, photos, video. Pure: says what comes next (design §6)."""

from publicist.domain.platform import Decision, Job
from publicist.platforms.facebook.feed import decide_feed
from publicist.platforms.facebook.two_step import decide_two_step, is_begun
from publicist.platforms.facebook.video import decide_video


def decide(job: Job) -> Decision:
    """What comes next for this target: a video has a flow of its own, everything else is one feed post.

    A post that was begun in one way ends in it, whatever the setting says meanwhile.
    """
    if any(item.kind == "video" for item in job.media):
        return decide_video(job)
    if is_begun(job) or (job.two_step and not any(key.startswith("feed:") for key in job.memory)):
        return decide_two_step(job)
    return decide_feed(job)
