"""AniList's website as the sandbox plays it: the pages a person clicks through, and who is signed in there."""
