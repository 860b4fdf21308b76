"""Is every answer of the running server what the OpenAPI document says? Asked by schemathesis."""
