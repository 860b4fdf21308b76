"""Facebook Login: the dialog, token exchanges, and what a token may do."""
