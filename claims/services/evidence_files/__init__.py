"""Looking at uploaded files: what they are, whether they are whole, where they are kept, what they look like."""
