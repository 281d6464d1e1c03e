"""The libraries that sign people in, bent to the rules of this room."""
