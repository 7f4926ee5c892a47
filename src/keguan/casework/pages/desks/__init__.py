"""Somebody's desk: what waits, lists and queues, batches, an office's checks and its order, deputies, messages."""
