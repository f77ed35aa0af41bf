"""Bringing in records of another system: a table, a mapping file, and rows that become chains of events."""
