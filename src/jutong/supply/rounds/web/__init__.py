"""The pages of rounds: what people see and press."""
