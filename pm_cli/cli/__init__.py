"""The command line: verbs built from actions, and the commands that go across kinds."""
