"""What was agreed, and how it comes in: contracts, tariffs, products, kenmerken, begroting."""
