"""What ties people to one another and to organisations, beyond kinship: by it reviewers keep out."""
