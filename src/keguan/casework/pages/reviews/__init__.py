"""What reviewers and a deciding body have before them."""
