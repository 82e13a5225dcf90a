"""Word lists as tables; each says in its first lines what it holds and where it comes from."""
