"""New calls by mail: somebody's search, kept with their address, until they say stop."""
