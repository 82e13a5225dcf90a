"""Speed beside others, side by side in one run; raw figures are kept under ``runs/``."""
