"""The ASGI application: routes, the error envelope, and an OpenAPI 3.1 description."""

from functools import partial

from fastapi import FastAPI

from publicist import __version__
from publicist.api import (
    account_export,
    accounts,
    api_keys,
    audit,
    auth,
    errors,
    events,
    farewells,
    grants,
    health,
    known_errors,
    media,
    organization,
    pages,
    pinterest,
    platform_versions,
    posts,
    profiles,
    renditions,
    rules,
    sandbox,
    users,
    validation,
    webhooks,
)
from publicist.api.browser_guard import BrowserGuard
from publicist.api.clients import ClientAddress
from publicist.api.middleware import BodyLimit, RequestContext
from publicist.api.openapi import describe
from publicist.domain.rate_limits import Budgeted
from publicist.services.application import Application

DESCRIPTION = """\
Publish to Facebook Pages and Instagram Business. A post is published at most once, is never lost, and never fails
without saying exactly why and how to fix it.

Send an API key as `Authorization: Bearer lmp_test_...`. Test keys publish into a simulated Meta that ships with
Publicist; live keys publish for real. Every failure has the same shape, `error`, with a `docUrl` that opens.

Where the operator set a limit of requests, every answer says what is left: `RateLimit-Policy` and `RateLimit` (IETF
draft), and `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`.
"""
TAGS = [
    {"name": "Posts", "description": "Publish now or on schedule, look, reschedule, cancel."},
    {"name": "Media", "description": "Upload files; posts refer to them by id."},
    {"name": "Accounts", "description": "One Meta consent yields Pages and Instagram accounts."},
    {"name": "Profiles", "description": "Groups of accounts, files, keys and webhook endpoints."},
    {"name": "API keys", "description": "Make, rotate and revoke keys: scopes, profiles, ends."},
    {"name": "Users", "description": "People of the organization, and what each may do; for who is logged in."},
    {"name": "Sessions", "description": "Log in with a password, for a browser; look at sessions, and end them."},
    {"name": "Grants", "description": "What a consent reaches: a verdict for every Page and account."},
    {"name": "Organization", "description": "Pause everything, and go on."},
    {"name": "Events", "description": "What happened, in order: in pages, or as it happens."},
    {"name": "Webhooks", "description": "Events sent to your server, signed, until they arrive."},
    {"name": "Audit", "description": "Who changed what, and from where."},
    {"name": "Rules", "description": "What is refused before Meta sees it, and where that is written; no key needed."},
    {"name": "Errors", "description": "What Meta's errors mean, and what each proves; no key needed."},
    {"name": "Platform versions", "description": "Which version of Meta's API is called; no key needed."},
    {"name": "Health", "description": "Is it up?"},
]


def create_app(application: Application) -> FastAPI:
    """The routes over a running application."""
    app = FastAPI(
        title="Publicist",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.application = application
    errors.install(app)
    for router in (
        posts.router,
        validation.router,
        media.router,
        renditions.router,
        accounts.router,
        account_export.router,
        profiles.router,
        api_keys.router,
        users.router,
        auth.router,
        grants.router,
        organization.router,
        events.router,
        webhooks.router,
        audit.router,
        rules.router,
        known_errors.router,
        platform_versions.router,
        health.router,
    ):
        app.include_router(router)
    for unprefixed in (posts.unprefixed, validation.unprefixed):
        app.include_router(unprefixed, include_in_schema=False)
    app.include_router(media.files)
    for router in (pinterest.router, sandbox.router, farewells.router, pages.router):
        app.include_router(router, include_in_schema=False)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    settings = application.settings
    app.add_middleware(BodyLimit, max_bytes=settings.body_max_bytes, seconds=settings.client_seconds)
    if settings.trusted_proxies or application.rate_limits.limits(Budgeted.ADDRESS):
        app.add_middleware(ClientAddress, limits=application.rate_limits, trusted=settings.trusted_proxies)
    app.add_middleware(BrowserGuard, sandbox_pages=application.addresses.sandbox_pages)
    app.add_middleware(RequestContext)
    return app
