"""The officer's desk of a round at review: who is near which case and why, panels proposed, looked over and confirmed."""
