"""Pages of the overview: each shows figures, says how they were counted, and leads to the list behind them."""
