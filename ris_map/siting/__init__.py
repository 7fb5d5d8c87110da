"""What if: open, close or visit, and where it would help most."""
