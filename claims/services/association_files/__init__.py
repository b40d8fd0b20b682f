"""Reading what an association really sends, and writing back what was refused. Knows files and rows; no database."""
