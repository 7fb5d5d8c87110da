"""Read-only open data over HTTP (``/api/v1``), as a plain ASGI application without a web framework.

A handful of fixed addresses, each with a closed list of parameters, is a table and not a framework:
the same table answers requests, refuses what it does not know, and writes the OpenAPI document.
"""
