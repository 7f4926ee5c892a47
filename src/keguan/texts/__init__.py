"""Words of Chinese and English texts, and what two texts share: sums of their own, without a database."""
