"""Business-free helpers every layer may use: errors, settings, ids, clock, outgoing HTTP, logging."""
