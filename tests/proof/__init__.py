"""The long proofs: crash campaigns, big oracles. `main()` of each module records its figures or raises."""
