-- The tables of a trace file, version 1. docs/trace-format.md explains every column.
-- Times are integers: nanoseconds since the start of the run. NULL means "has not happened" or "not known".

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE source (
    file TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE graph (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    qualname TEXT NOT NULL,
    file TEXT NOT NULL,
    document TEXT NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE frame (
    id INTEGER PRIMARY KEY,
    parent INTEGER,
    graph INTEGER,
    node INTEGER,
    kind TEXT,
    ordering TEXT,
    started INTEGER,
    finished INTEGER,
    error TEXT,
    stack TEXT
);

CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    name TEXT,
    frame INTEGER,
    graph INTEGER,
    node INTEGER,
    file TEXT,
    line INTEGER,
    ordering TEXT,
    argument_bytes INTEGER,
    arguments TEXT,
    issued INTEGER,
    ready INTEGER,
    sent INTEGER,
    started INTEGER,
    finished INTEGER,
    retired INTEGER,
    worker TEXT,
    attempts INTEGER,
    outcome TEXT,
    retirement TEXT,
    inline_reason TEXT,
    result_bytes INTEGER,
    error_type TEXT,
    error_message TEXT,
    traceback TEXT,
    reached INTEGER,
    received INTEGER,
    loaded INTEGER,
    returned INTEGER,
    arrived INTEGER
);

CREATE TABLE dependency (
    task INTEGER NOT NULL,
    needs INTEGER NOT NULL,
    PRIMARY KEY (task, needs)
) WITHOUT ROWID;

CREATE TABLE attempt (
    task INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    started INTEGER,
    finished INTEGER,
    outcome TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (task, attempt)
) WITHOUT ROWID;

CREATE TABLE wait (
    id INTEGER PRIMARY KEY,
    frame INTEGER,
    graph INTEGER,
    node INTEGER,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    task INTEGER,
    started INTEGER NOT NULL,
    finished INTEGER NOT NULL
);

CREATE TABLE wait_beside (
    frame INTEGER NOT NULL,
    started INTEGER NOT NULL,
    PRIMARY KEY (frame, started)
) WITHOUT ROWID;

CREATE TABLE sync_point (
    graph INTEGER NOT NULL,
    node INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (graph, node, reason)
) WITHOUT ROWID;

CREATE TABLE worker (
    name TEXT PRIMARY KEY,
    host TEXT,
    pid INTEGER,
    started INTEGER,
    stopped INTEGER,
    reason TEXT
) WITHOUT ROWID;

CREATE TABLE saved_call (
    task INTEGER PRIMARY KEY,
    size INTEGER,
    note TEXT,
    call BLOB
);
