"""What of the Graph API is simulated, told from the code and from a list of what there is."""
