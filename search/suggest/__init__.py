"""What helps whoever types: corrections, completions, similar articles. Never part of what a query finds."""
