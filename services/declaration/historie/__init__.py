"""What was judged before the hub: read, checked and stored."""
