"""Pages of accounts: signing in, posts, people, clients and keys."""
