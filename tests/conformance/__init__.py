"""The conformance run itself."""
