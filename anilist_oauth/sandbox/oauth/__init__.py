"""AniList's authorization server as the sandbox plays it: its clients, codes, tokens and errors, without HTTP."""
