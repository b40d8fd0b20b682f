"""Sample association files: claims as merchants might have filed them, drawn with a seed, and office mistakes."""
