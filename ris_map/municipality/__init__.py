"""municipality."""
