"""Text to what is looked up: parse, then rewrite."""
