"""Files that somebody handed in: kept once by their digest, opened only if the digest still holds."""
