"""Migrations: one file a revision, run by `migrating`."""
