"""Figures across kinds, as plain data for the templates."""
