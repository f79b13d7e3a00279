"""Berichtenhub: the services and the command above them."""
