"""The REST API: one OpenAPI description over the routers of all modules."""
