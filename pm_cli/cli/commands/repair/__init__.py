"""What repairs offer besides their actions."""
