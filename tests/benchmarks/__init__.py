"""Speed beside a named baseline, measured in the same run. Each module has `main()`, which records its figures."""
