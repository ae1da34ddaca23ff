"""A report for other programs and for the shelf: JSON, CSV and a page that needs nothing else."""
