"""Commands that go across kinds, one file each; the file name is the command."""
