"""Changing the exchange: runs asked for and steered, the engine that carries them out, the plan."""
