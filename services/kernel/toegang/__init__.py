"""Who is calling, by what, and what it may: parties, keys, sessions, tokens, certificates, limits."""
