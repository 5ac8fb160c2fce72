"""Best-of-N sampling in a child process: candidates are streamed, stored one by one, and never drawn twice."""
