"""What charge months offer besides their actions."""
