"""coverage/page."""
