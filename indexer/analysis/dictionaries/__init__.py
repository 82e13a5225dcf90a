"""Tables of the analysis, read as package data; README.md gives the source and licence of each."""
