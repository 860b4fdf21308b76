"""API keys: `lmp_live_` or `lmp_test_` and 32 base64url characters; only the SHA-256 is stored."""

from dataclasses import dataclass
from datetime import datetime

from publicist.domain.environments import Environment


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A stored key. `digest` is the hex SHA-256 of the whole key, `last4` its last characters."""

    id: str
    organization_id: str
    environment: Environment
    name: str
    digest: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request: the tenant and environment that every query is scoped to."""

    organization_id: str
    environment: Environment
    api_key_id: str
