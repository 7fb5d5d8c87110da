"""Files that readers take with them."""
