"""The long proofs: crash campaigns, big oracles. Each module has `main()`, which records its figures and raises when one fails."""
