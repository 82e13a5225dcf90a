"""Tables of the suggestions; ``README.md`` names their sources and licences."""
