"""How the pictures of a video are coded."""

from publicist.domain.media import Facts
from publicist.platforms.instagram.rules.common import ME, MEDIA_RULE, REEL
from publicist.preflight.checks import measured
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Limit, Rule

CODECS = ("h264", "hevc")
FPS = (23.0, 60.0)
BITRATE_MAX = 25_000_000
PIXEL_FORMATS = ("yuv420p", "yuvj420p")
_SLOW, _FAST = 0.03, 0.07
"""Pictures a second that are let pass: 22.98 and 60.05 are 23 and 60 as cameras count."""
_RECODE = (
    "Encode the video with H.264, 8 bits, 4:2:0, for example: ffmpeg -i in.mov -c:v libx264 -pix_fmt yuv420p out.mp4"
)


def _sampling(facts: Facts) -> str | None:
    """None for what Instagram takes, and for what is not known."""
    if facts.pixel_format is None or facts.pixel_format in PIXEL_FORMATS:
        return None
    known = f"{facts.chroma}, {facts.bit_depth} bits" if facts.chroma else "no colour planes"
    return f"{facts.pixel_format} ({known})"


RULES: tuple[Rule, ...] = (
    MEDIA_RULE(
        id="instagram.media.video_codec",
        title="A video is coded in H.264 or HEVC",
        severity="error",
        limit=Limit("h264, hevc", "codecs"),
        check=measured(
            "video",
            lambda facts: facts.video_codec,
            lambda codec: codec in CODECS,
            lambda codec: f"is coded in {codec}; Instagram takes h264 and hevc",
        ),
        remediation=_RECODE,
        why="Instagram refuses other codecs, AV1 and VP9 among them, after the upload (352/2207026).",
        passing=draft(ME, video(video_codec="hevc")),
        failing=draft(ME, video(video_codec="av1")),
    ),
    MEDIA_RULE(
        id="instagram.media.video_pixel_format",
        title="A video has 4:2:0 colour in 8 bits",
        severity="error",
        limit=Limit("4:2:0, 8 bits", "chroma subsampling"),
        check=measured(
            "video",
            _sampling,
            lambda sampling: False,
            lambda sampling: f"has pixels of {sampling}; Instagram takes 4:2:0 in 8 bits",
        ),
        remediation=_RECODE,
        why="Meta's page asks for 4:2:0. It names no bit depth; Publicist refuses more than 8 bits, which not every "
        "processor takes.",
        passing=REEL,
        failing=draft(ME, video(pixel_format="yuv422p10le", chroma="4:2:2", bit_depth=10)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_interlaced",
        title="A video is progressive",
        severity="error",
        limit=Limit("progressive", "scan"),
        check=measured(
            "video",
            lambda facts: facts.interlaced,
            lambda interlaced: not interlaced,
            lambda interlaced: "is interlaced; Instagram takes progressive video only",
        ),
        remediation="Deinterlace the video, for example: ffmpeg -i in.mp4 -vf yadif out.mp4",
        why="Instagram refuses interlaced video, as television cameras make it.",
        passing=REEL,
        failing=draft(ME, video(interlaced=True)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_frame_rate",
        title="A video has 23 to 60 pictures a second",
        severity="error",
        limit=Limit(FPS, "pictures a second"),
        check=measured(
            "video",
            lambda facts: facts.fps,
            lambda fps: FPS[0] - _SLOW <= fps <= FPS[1] + _FAST,
            lambda fps: f"has {fps:g} pictures a second; Instagram takes 23 to 60",
        ),
        remediation="Export the video with 30 pictures a second.",
        why="Instagram refuses slower and faster videos after the upload.",
        passing=draft(ME, video(fps=23.976)),
        failing=draft(ME, video(fps=12.0)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_bitrate",
        title="A video has at most 25 megabits a second",
        severity="error",
        limit=Limit(BITRATE_MAX, "bits a second"),
        check=measured(
            "video",
            lambda facts: facts.bitrate,
            lambda bits: bits <= BITRATE_MAX,
            lambda bits: f"has {bits:,} bits a second; the limit is {BITRATE_MAX:,}",
        ),
        remediation="Encode the video with a lower bitrate; 5 megabits a second are enough for 1080 x 1920.",
        why="Instagram refuses more. The whole file counts, sound included.",
        passing=draft(ME, video(bitrate=BITRATE_MAX)),
        failing=draft(ME, video(bitrate=40_000_000)),
    ),
)
