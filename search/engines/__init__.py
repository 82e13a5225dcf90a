"""Where answers come from: the engine seam and its implementations."""
