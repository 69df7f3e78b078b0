"""AniList's website in the sandbox: its pages, and who is signed in."""
