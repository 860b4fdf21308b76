"""Meta's Graph API, shared by the platforms that Meta runs."""
