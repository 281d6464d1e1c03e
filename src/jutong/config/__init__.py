"""Where everything is plugged together: the environment, the processes, the command.

Modules here that the gateway plane or `jutong --help` touch (`environment`, `secrets_store`, `words`) import no
Django.
"""
