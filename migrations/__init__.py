"""The migrations: one lineage per service, with the kernel's tables in both."""
