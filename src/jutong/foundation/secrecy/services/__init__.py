"""What the gate does: look and stop; release false alarms."""
