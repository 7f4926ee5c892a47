"""Rounds as a whole: drafted, published, extended, counted, read by their scores, ranked, resolved."""
