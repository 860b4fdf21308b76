"""What existing clients say, and what they hear."""
