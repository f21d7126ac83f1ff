-- Not used below: a new value of an enum can be used only once the transaction that adds it has been committed.
ALTER TYPE "ExecutionStatus" ADD VALUE 'CRASHED';

CREATE TYPE "ChangeKind" AS ENUM ('RUN', 'STEP', 'RETRACTION', 'DELETION');

-- Rewrites the table and its indexes, once: about a minute for each ten million entries, in which nobody can read or write them.
ALTER TABLE "metadata_entry" ALTER COLUMN "iteration" TYPE BIGINT;

-- Orders by end and by duration. The planner takes the second for ORDER BY (ended_at - started_at) only.
CREATE INDEX "pipeline_run_ended_at_id_idx" ON "pipeline_run" ("ended_at", "id");
CREATE INDEX "pipeline_run_duration_id_idx" ON "pipeline_run" (("ended_at" - "started_at"), "id");

-- What happened besides logging. Its ids and those of entries are of one sequence: the cursor of all that can be followed.
CREATE TABLE "change" (
    "run_id" UUID NOT NULL,
    "id" BIGINT NOT NULL,
    "kind" "ChangeKind" NOT NULL,
    "step_id" UUID,
    "entry_id" BIGINT,
    "pipeline" TEXT COLLATE "C" NOT NULL,
    "run_name" TEXT COLLATE "C" NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "change_pkey" PRIMARY KEY ("run_id", "id"),
    CONSTRAINT "change_is_of" CHECK (("step_id" IS NOT NULL) = ("kind" = 'STEP') AND ("entry_id" IS NOT NULL) = ("kind" = 'RETRACTION'))
);
CREATE INDEX "change_id_idx" ON "change" ("id");

-- How far the readers of that sequence have come.
CREATE TABLE "ledger_mark" (
    "name" TEXT COLLATE "C" NOT NULL,
    "id" BIGINT NOT NULL,
    CONSTRAINT "ledger_mark_pkey" PRIMARY KEY ("name")
);

-- When the process of a run or step was last heard of. A beat changes no column of an index, and finds room for the new
-- version beside the old one: no index entry is written (a heap-only update).
CREATE TABLE "heartbeat" (
    "run_id" UUID NOT NULL,
    "scope_id" UUID NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "watched" BOOLEAN NOT NULL DEFAULT true,
    CONSTRAINT "heartbeat_pkey" PRIMARY KEY ("run_id", "scope_id")
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX "heartbeat_watched_idx" ON "heartbeat" ("run_id", "scope_id") WHERE "watched";

CREATE TABLE "failure" (
    "run_id" UUID NOT NULL,
    "scope_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "traceback" TEXT,
    CONSTRAINT "failure_pkey" PRIMARY KEY ("run_id", "scope_id")
);

-- Counters, kept by whoever reads the changes of runs: see src/storage/counts.
CREATE TABLE "counted_run" (
    "run_id" UUID NOT NULL,
    "pipeline" TEXT COLLATE "C" NOT NULL,
    "status" "ExecutionStatus" NOT NULL,
    "keys" JSONB NOT NULL,
    CONSTRAINT "counted_run_pkey" PRIMARY KEY ("run_id")
);
CREATE TABLE "run_count" (
    "pipeline" TEXT COLLATE "C" NOT NULL,
    "status" "ExecutionStatus" NOT NULL,
    "runs" INTEGER NOT NULL,
    CONSTRAINT "run_count_pkey" PRIMARY KEY ("pipeline", "status")
) WITH (fillfactor = 50);
CREATE TABLE "key_count" (
    "pipeline" TEXT COLLATE "C" NOT NULL,
    "qualified" BOOLEAN NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "type" "MetadataType" NOT NULL,
    "runs" INTEGER NOT NULL,
    "last_logged_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "key_count_pkey" PRIMARY KEY ("pipeline", "qualified", "key", "type")
) WITH (fillfactor = 50);

-- Every run that is there is counted as if it had just changed.
INSERT INTO "ledger_mark" ("name", "id") SELECT 'counted', CASE WHEN is_called THEN last_value ELSE 0 END FROM "metadata_entry_id_seq";
INSERT INTO "ledger_mark" ("name", "id") SELECT 'changes_kept_from', "id" FROM "ledger_mark" WHERE "name" = 'counted';
INSERT INTO "change" ("run_id", "id", "kind", "pipeline", "run_name")
SELECT "id", nextval('metadata_entry_id_seq'), 'RUN', "pipeline", "name" FROM "pipeline_run";
