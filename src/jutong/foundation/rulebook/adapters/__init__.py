"""What the rulebook reads from outside: pack files, and packages that know past notices."""
