"""Instagram professional accounts: containers, uploads, publishing and reading media."""
