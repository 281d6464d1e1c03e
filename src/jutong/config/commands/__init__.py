"""The subcommands of `jutong`, one a module."""
