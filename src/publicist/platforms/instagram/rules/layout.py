"""How a video file is laid out."""

from publicist.platforms.instagram.rules.common import ME, MEDIA_RULE, REEL
from publicist.preflight.checks import measured
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Limit, Rule

RULES: tuple[Rule, ...] = (
    MEDIA_RULE(
        id="instagram.media.video_moov",
        title="The index of a video comes first",
        severity="error",
        limit=Limit("moov before mdat", "order of boxes"),
        check=measured(
            "video",
            lambda facts: facts.moov_first,
            lambda first: first,
            lambda first: "has its index (moov) at the end; Instagram wants it at the front",
        ),
        remediation="Move it without encoding again: ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4",
        why="Instagram reads videos from the front, and refuses those whose index comes last.",
        passing=REEL,
        failing=draft(ME, video(moov_first=False)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_edit_list",
        title="A video has no edit lists",
        severity="error",
        limit=Limit("none", "edit lists"),
        check=measured(
            "video",
            lambda facts: facts.edited,
            lambda edited: not edited,
            lambda edited: "has an edit list that cuts, delays or changes the speed; Instagram takes none",
        ),
        remediation="Export the video again as a whole: ffmpeg -i in.mp4 -c:v libx264 -c:a aac -use_editlist 0 out.mp4",
        why="Meta's page takes no edit lists. Encoders write one that only begins a moment late; that one passes.",
        passing=draft(ME, video(edit_lists=True)),
        failing=draft(ME, video(edit_lists=True, edited=True)),
    ),
)
