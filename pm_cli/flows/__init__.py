"""What joins kinds: invariants across records and effects of one record on another."""
