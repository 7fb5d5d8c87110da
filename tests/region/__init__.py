"""The product for another region than the one whose data lie beside it."""
