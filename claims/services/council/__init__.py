"""The council (협의체): who sits on it, sessions, votes and recusals, what comes out of them and the proof."""
