"""A hub of its own for who tries things: its own databases, keys and day, and answers as one asks for them."""
