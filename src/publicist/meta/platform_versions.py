"""The versions of Meta's Graph API (Meta: Graph API, Changelog; rules in Graph API, Platform Versioning).

A version lives until two years after its successor was released. Instagram's publishing API has no versions of its own.
"""

from datetime import date

from publicist.domain.platform_versions import ApiVersion, VersionTable

GRAPH_VERSIONS = VersionTable(
    versions=(
        ApiVersion("v26.0", date(2026, 7, 29)),
        ApiVersion("v25.0", date(2026, 2, 18), date(2028, 7, 29)),
        ApiVersion("v24.0", date(2025, 10, 8), date(2028, 2, 18)),
        ApiVersion("v23.0", date(2025, 5, 29), date(2027, 10, 8)),
        ApiVersion("v22.0", date(2025, 1, 21), date(2027, 5, 20)),
        ApiVersion("v21.0", date(2024, 10, 2), date(2027, 1, 21)),
        ApiVersion("v20.0", date(2024, 5, 21), date(2026, 9, 24)),
        ApiVersion("v19.0", date(2024, 1, 23), date(2026, 5, 21)),
        ApiVersion("v18.0", date(2023, 9, 12), date(2026, 1, 26)),
    ),
    source="Graph API, Changelog",
    verified=date(2026, 11, 23),
)
"""Meta has not said yet until when the newest one is served."""
