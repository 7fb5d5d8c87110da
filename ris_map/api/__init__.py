"""Read-only open data over HTTP (``/api/v1``, ``/hsds``), and pages that need no script."""
