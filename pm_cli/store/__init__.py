"""The ledger folder: files, lock, intent log, index, git."""
