"""Migrations: one file a revision in `versions`, and in `sqlite` the same as SQLite's text, run by `migrating`."""
