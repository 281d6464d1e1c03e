"""Rules of notices: words, kinds, quiet hours and back-off, contact points."""
