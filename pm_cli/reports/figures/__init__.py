"""What reports are made of: periods, and figures counted over the index; one file for each block of figures."""
