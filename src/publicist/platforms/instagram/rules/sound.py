"""How the sound of a video is coded. A video without sound is legal."""

from publicist.platforms.instagram.rules.common import ME, MEDIA_RULE, REEL
from publicist.preflight.checks import measured
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Limit, Rule

RATE_MAX = 48_000
CHANNELS_MAX = 2
BITRATE_ADVISED = 128_000
_RECODE = (
    "Encode the sound with AAC in stereo, for example: ffmpeg -i in.mp4 -c:v copy -c:a aac -ac 2 -ar 48000 out.mp4"
)
_SILENT = draft(ME, video(audio_codec=None, audio_rate=None, audio_channels=None, audio_bitrate=None))

RULES: tuple[Rule, ...] = (
    MEDIA_RULE(
        id="instagram.media.audio_codec",
        title="Sound is coded in AAC",
        severity="error",
        limit=Limit("aac", "codec"),
        check=measured(
            "video",
            lambda facts: facts.audio_codec,
            lambda codec: codec == "aac",
            lambda codec: f"has sound coded in {codec}; Instagram takes aac",
        ),
        remediation=_RECODE,
        why="Instagram refuses other codecs, Opus and MP3 among them, after the upload (352/2207026).",
        passing=_SILENT,
        failing=draft(ME, video(audio_codec="opus")),
    ),
    MEDIA_RULE(
        id="instagram.media.audio_rate",
        title="Sound has at most 48,000 samples a second",
        severity="error",
        limit=Limit(RATE_MAX, "samples a second"),
        check=measured(
            "video",
            lambda facts: facts.audio_rate,
            lambda rate: rate <= RATE_MAX,
            lambda rate: f"has {rate:,} sound samples a second; the limit is {RATE_MAX:,}",
        ),
        remediation=_RECODE,
        why="Instagram refuses higher rates.",
        passing=draft(ME, video(audio_rate=44_100)),
        failing=draft(ME, video(audio_rate=96_000)),
    ),
    MEDIA_RULE(
        id="instagram.media.audio_channels",
        title="Sound is mono or stereo",
        severity="error",
        limit=Limit(CHANNELS_MAX, "channels"),
        check=measured(
            "video",
            lambda facts: facts.audio_channels,
            lambda channels: channels <= CHANNELS_MAX,
            lambda channels: f"has {channels} sound channels; Instagram takes 1 or 2",
        ),
        remediation=_RECODE,
        why="Instagram refuses surround sound.",
        passing=draft(ME, video(audio_channels=1)),
        failing=draft(ME, video(audio_channels=6)),
    ),
    MEDIA_RULE(
        id="instagram.media.audio_bitrate",
        title="Sound above 128 kilobits a second is coded again",
        severity="warning",
        limit=Limit(BITRATE_ADVISED, "bits a second"),
        check=measured(
            "video",
            lambda facts: facts.audio_bitrate,
            lambda bits: bits <= BITRATE_ADVISED * 1.1,
            lambda bits: f"has sound of {bits:,} bits a second; Meta's page names {BITRATE_ADVISED:,}",
        ),
        remediation="Nothing has to be done. Encode the sound with 128 kilobits a second to decide what is lost.",
        why="Meta's page names 128 kilobits a second; whether it is a limit or advice, it does not say.",
        passing=REEL,
        failing=draft(ME, video(audio_bitrate=320_000)),
    ),
)
