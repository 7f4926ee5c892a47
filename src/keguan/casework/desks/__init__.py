"""What is done at the desks for many cases at once: batches and taking them back, an office's applicants, the order of recommending, deputies, one's own archive."""
