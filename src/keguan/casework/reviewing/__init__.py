"""Review: what ties experts to a case and keeps them out of it, the seats and who holds them, what a reviewer types."""
