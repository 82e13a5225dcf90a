"""The HTTP room, used by ``service.py`` alone."""
