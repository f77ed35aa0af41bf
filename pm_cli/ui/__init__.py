"""What the user sees: console, tables, prompts, rendering."""
