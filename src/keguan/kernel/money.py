"""Money as a whole number of fen; 万元 only on the page. Never a float."""
