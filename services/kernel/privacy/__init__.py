"""What names a person: encrypted, told of when read, kept no longer than the law lets us; the sealed trail."""
