"""HTTP: parse, name the caller, call a service, print the answer. Nothing is decided here."""
