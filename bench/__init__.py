"""Benchmarks: whole processes, timed as ratios to a bare interpreter and to the plain-text tools that are installed."""
