"""Which call does what on tokens and people."""

from graphsim.call import PAGING, Edges, Endpoint, takes
from graphsim.oauth import people, tokens
from graphsim.pages.page import PAGE_FIELDS

EDGES: Edges = {
    "GET /debug_token": Endpoint(tokens.debug_token, takes("input_token")),
    "GET /oauth/client_code": Endpoint(tokens.client_code, takes("client_id", "client_secret", "redirect_uri")),
    "GET /{user}": Endpoint(people.read_me, fields=people.USER_FIELDS),
    "GET /{user}/permissions": Endpoint(people.list_permissions, takes("permission")),
    "DELETE /{user}/permissions": Endpoint(people.revoke),
    "DELETE /{user}/permissions/{permission}": Endpoint(people.revoke),
    "GET /{user}/accounts": Endpoint(people.list_accounts, PAGING | takes("summary"), PAGE_FIELDS),
    "GET /{user}/businesses": Endpoint(people.list_businesses, PAGING, people.BUSINESS_FIELDS),
    "GET /{business}": Endpoint(people.read_business, fields=people.BUSINESS_FIELDS),
    "GET /{business}/owned_pages": Endpoint(people.pages_of_business("owned_pages"), PAGING, PAGE_FIELDS),
    "GET /{business}/client_pages": Endpoint(people.pages_of_business("client_pages"), PAGING, PAGE_FIELDS),
}
"""Meta: Debug-Token, User, User Permissions, User Accounts, User Businesses, Business."""
