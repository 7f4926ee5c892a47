"""Work done later: the queue in PostgreSQL and the worker that empties it.

Each room's own jobs stand in its `jobs.py`, which is found by itself.
"""
