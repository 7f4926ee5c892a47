"""Who reviews what, how chance is proven and how scores are read together: sums of their own, without a database."""
