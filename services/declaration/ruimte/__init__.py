"""What an aanbieder may still claim, and the declaration that claims it."""
