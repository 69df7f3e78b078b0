"""AniList's authorization server in the sandbox: its clients, codes, tokens and errors, without HTTP."""
