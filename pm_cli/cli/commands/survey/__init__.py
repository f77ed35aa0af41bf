"""What `pm survey` offers besides the actions of its records."""
