"""What the subcommands share, and the larger groups of them; ``search/cli.py`` puts the tree together."""
