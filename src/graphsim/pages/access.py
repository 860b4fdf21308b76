"""Who may write on a Page and read from it."""

from graphsim.auth import page_for, tasks_of
from graphsim.call import Call
from graphsim.oauth.models import TokenKind
from graphsim.pages.models import PUBLISHING_TASKS, Page
from graphsim.wire.errors import GraphError, unsupported


def may_publish(call: Call, page_id: str) -> Page:
    """The Page, for a call that writes on it. Raises GraphError."""
    return _writable(call, page_id, "pages_manage_posts", "pages_read_engagement")


def may_moderate(call: Call, page_id: str) -> Page:
    """The Page, for a call that comments as it. Raises GraphError."""
    return _writable(call, page_id, "pages_manage_engagement")


def _writable(call: Call, page_id: str, *scopes: str) -> Page:
    found = call.state.pages.get(page_id)
    if found is None:
        raise unsupported(call.method, page_id)
    page_for(call.caller, page_id, call.method)
    for scope in scopes:
        if not call.caller.has(scope):
            raise GraphError(200, f"(#200) This call requires the '{scope}' permission", status=403)
    if not PUBLISHING_TASKS & set(tasks_of(call.state, call.caller, page_id)):
        raise GraphError(200, "(#200) The user has no role that may create content on this Page", status=403)
    if found.needs_authorization:
        words = "Complete Page Publishing Authorization before you publish."
        raise GraphError(
            200, "(#200) Page Publishing Authorization is required", subcode=4854002, status=403, words=words
        )
    if found.needs_two_factor:
        words = "This Page requires two-factor authentication of the people who publish on it."
        raise GraphError(200, "(#200) Two-factor authentication is required", status=403, words=words)
    return found


def is_ticked(call: Call, page_id: str) -> bool:
    """Whether the person shared the Page in the dialog; a Page's own token needs no tick."""
    grant = call.caller.grant
    return not call.caller.token.kind.is_person or (grant is not None and page_id in grant.page_ids)


def may_read(call: Call, page_id: str) -> Page:
    """The Page, for a call that reads from it. Raises GraphError."""
    found = call.state.pages.get(page_id)
    token = call.caller.token
    if found is None or (token.kind is TokenKind.PAGE and token.page_id != page_id):
        raise unsupported(call.method, page_id)
    if not is_ticked(call, page_id):
        raise unsupported(call.method, page_id)
    call.caller.need("pages_read_engagement")
    return found
