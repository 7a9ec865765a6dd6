"""Store the work of people at the desk, in the ledger's database: accounts, judgements, notes, codebooks."""
