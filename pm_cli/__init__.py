"""The books of a residential customer-service centre."""

__version__ = "0.1.0"
