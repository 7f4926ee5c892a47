"""Template tags of the web door."""
