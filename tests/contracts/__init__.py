"""A suite for each seam, which every implementation runs."""
