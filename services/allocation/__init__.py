"""Allocation: takes the 301 toewijzing and its 302, and owns toewijzingen with all their versions."""
