"""Rows: tables, sessions, migrations, blobs, and one file of queries per noun. Nothing here decides anything."""
