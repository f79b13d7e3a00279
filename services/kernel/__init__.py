"""What both services use, and nothing less."""
