"""Telling staff outside the terminal: messages, the ways they go, and the outbox that sends none twice."""
