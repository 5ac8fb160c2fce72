"""The ledger's tables, and the steps from each version of them to the next."""

from collections.abc import Sequence

APPLICATION_ID = 0x5246544A
"""`RFTJ`: SQLite's own mark of whose file this is."""

_FIRST = (
    # One row per attempt, written before it is sent. `reserved_pico` is its worst case, `cost_pico` what the reply was billed.
    """
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('inflight', 'done', 'failed', 'unknown', 'batched')),
        run TEXT NOT NULL,
        round TEXT NOT NULL,
        task TEXT NOT NULL,
        candidate_key TEXT NOT NULL,
        purpose TEXT NOT NULL,
        day TEXT NOT NULL,
        owner TEXT NOT NULL,
        batch INTEGER,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        sample_index INTEGER NOT NULL,
        params TEXT NOT NULL,
        body_sha TEXT NOT NULL,
        code_sha TEXT NOT NULL,
        reserved_pico INTEGER,
        began REAL NOT NULL,
        ended REAL,
        body BLOB,
        seconds REAL,
        request_id TEXT,
        http_status INTEGER,
        input_tokens INTEGER,
        cache_write_5m_tokens INTEGER,
        cache_write_1h_tokens INTEGER,
        cache_read_tokens INTEGER,
        output_tokens INTEGER,
        thinking_tokens INTEGER,
        cost_pico INTEGER,
        price_source TEXT,
        reply_model TEXT,
        error_kind TEXT,
        error_type TEXT,
        error_code TEXT,
        error_message TEXT,
        retry_after REAL,
        UNIQUE (key, number)
    ) STRICT
    """,
    # What is open is little and asked for often.
    "CREATE INDEX attempts_open ON attempts (state, owner) WHERE state IN ('inflight', 'batched')",
    "CREATE INDEX attempts_of_round ON attempts (run, round)",
    # Sums over `attempts`, kept in the same transactions: `part` is the round or the day.
    """
    CREATE TABLE counters (
        scope TEXT NOT NULL,
        run TEXT NOT NULL,
        part TEXT NOT NULL,
        known_pico INTEGER NOT NULL,
        lost_pico INTEGER NOT NULL,
        reserved_pico INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        PRIMARY KEY (scope, run, part)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE uses (
        run TEXT NOT NULL,
        round TEXT NOT NULL,
        task TEXT NOT NULL,
        candidate_key TEXT NOT NULL,
        key TEXT NOT NULL,
        purpose TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('paid', 'ledger', 'duplicate')),
        PRIMARY KEY (run, round, task, candidate_key, key, purpose)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE notes (
        run TEXT NOT NULL,
        round TEXT NOT NULL,
        task TEXT NOT NULL,
        kind TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (run, round, task, kind)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE batches (
        id INTEGER PRIMARY KEY,
        batch_id TEXT UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'ended', 'dropped')),
        owner TEXT NOT NULL,
        created REAL NOT NULL,
        ended REAL
    ) STRICT
    """,
    "CREATE INDEX attempts_of_batch ON attempts (batch) WHERE batch IS NOT NULL",
)

MIGRATIONS: Sequence[Sequence[str]] = (_FIRST,)
"""The statements that make version n + 1 of version n. A published step is never changed: append the next one."""
