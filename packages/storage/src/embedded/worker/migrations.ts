import { Failure } from '../../threads/failure.ts'
import type { Database } from './database.ts'

/** Forward only: the position in the list is the version. A published entry never changes. */
const migrations = [
  `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE project(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE resource(kind TEXT NOT NULL, project TEXT NOT NULL DEFAULT 'default', name TEXT NOT NULL, id TEXT NOT NULL, managed_by TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, spec TEXT NOT NULL, PRIMARY KEY(kind, project, name)) WITHOUT ROWID;
CREATE TABLE record(kind TEXT NOT NULL, id TEXT NOT NULL, project TEXT NOT NULL DEFAULT 'default', expires_at INTEGER, body BLOB NOT NULL,
  PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE INDEX record_by_expiry ON record(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE secret(id TEXT PRIMARY KEY, project TEXT NOT NULL DEFAULT 'default', body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE data_key(id INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, month TEXT NOT NULL, wrapped BLOB NOT NULL, UNIQUE(person, month));

CREATE TABLE dataset(id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, project TEXT NOT NULL DEFAULT 'default', tokenizer INTEGER NOT NULL,
  documents INTEGER NOT NULL DEFAULT 0, identity_length INTEGER NOT NULL DEFAULT 0,
  segments INTEGER NOT NULL DEFAULT 0, segment_length INTEGER NOT NULL DEFAULT 0);
CREATE TABLE document(id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, project TEXT NOT NULL DEFAULT 'default', dataset INTEGER NOT NULL REFERENCES dataset,
  path TEXT, batch TEXT NOT NULL, search_name TEXT NOT NULL, readable INTEGER NOT NULL, characters INTEGER NOT NULL,
  indexed_version INTEGER NOT NULL DEFAULT 0, identity TEXT, segments INTEGER NOT NULL DEFAULT 0, record TEXT NOT NULL);
CREATE INDEX document_by_dataset ON document(dataset, public_id);
CREATE UNIQUE INDEX document_by_path ON document(dataset, path) WHERE path IS NOT NULL;
CREATE TABLE document_acl(dataset INTEGER NOT NULL, readable INTEGER NOT NULL, principal TEXT NOT NULL, document INTEGER NOT NULL REFERENCES document,
  PRIMARY KEY(dataset, readable, principal, document)) WITHOUT ROWID;
CREATE INDEX document_acl_by_document ON document_acl(document, principal);
CREATE TABLE segment(id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, document INTEGER NOT NULL REFERENCES document, dataset INTEGER NOT NULL,
  version INTEGER NOT NULL, position INTEGER NOT NULL, quarantined INTEGER NOT NULL);
CREATE INDEX segment_by_document ON segment(document, position);
CREATE TABLE segment_text(id INTEGER PRIMARY KEY REFERENCES segment, body TEXT NOT NULL, text_at INTEGER NOT NULL, meta TEXT NOT NULL);
CREATE TABLE segment_vector(id INTEGER PRIMARY KEY REFERENCES segment, vector BLOB NOT NULL);
CREATE TABLE dataset_term(dataset INTEGER NOT NULL REFERENCES dataset, field TEXT NOT NULL, term TEXT NOT NULL, df INTEGER NOT NULL,
  PRIMARY KEY(dataset, field, term)) WITHOUT ROWID;

CREATE TABLE conversation(id TEXT PRIMARY KEY, project TEXT NOT NULL DEFAULT 'default', app TEXT NOT NULL, owner TEXT NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, data_key INTEGER NOT NULL, name BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX conversation_by_owner ON conversation(project, owner, updated_at, id);
CREATE TABLE message(id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation, project TEXT NOT NULL DEFAULT 'default', call TEXT NOT NULL,
  at INTEGER NOT NULL, data_key INTEGER NOT NULL, body BLOB NOT NULL, facts TEXT NOT NULL, feedback TEXT) WITHOUT ROWID;
CREATE INDEX message_by_conversation ON message(conversation, at, id);

CREATE TABLE call(id TEXT PRIMARY KEY, project TEXT NOT NULL DEFAULT 'default', parent TEXT, at INTEGER NOT NULL, consumer TEXT NOT NULL, user TEXT, target TEXT NOT NULL,
  operation TEXT NOT NULL, "end" TEXT NOT NULL, status INTEGER NOT NULL, error TEXT, duration INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
  batch INTEGER NOT NULL, position INTEGER NOT NULL, line TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX call_by_project ON call(project, id);
CREATE INDEX call_by_time ON call(project, at);
CREATE INDEX call_by_parent ON call(parent) WHERE parent IS NOT NULL;
CREATE INDEX call_by_batch ON call(batch, position);
CREATE TABLE call_content(call TEXT PRIMARY KEY, at INTEGER NOT NULL, data_key INTEGER, body BLOB) WITHOUT ROWID;
CREATE TABLE batch(id INTEGER PRIMARY KEY AUTOINCREMENT, writer TEXT NOT NULL, sequence INTEGER NOT NULL);
CREATE TABLE journal_file(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE audit(writer TEXT NOT NULL, sequence INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
  at INTEGER GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL, project TEXT GENERATED ALWAYS AS (json_extract(body, '$.project')) VIRTUAL,
  actor TEXT GENERATED ALWAYS AS (json_extract(body, '$.actor')) VIRTUAL, action TEXT GENERATED ALWAYS AS (json_extract(body, '$.action')) VIRTUAL,
  trace TEXT GENERATED ALWAYS AS (json_extract(body, '$.trace')) VIRTUAL,
  PRIMARY KEY(writer, sequence)) WITHOUT ROWID;
CREATE INDEX audit_by_time ON audit(at, writer, sequence);
CREATE INDEX audit_by_trace ON audit(trace) WHERE trace IS NOT NULL;
CREATE TABLE audit_head(writer TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY(writer, sequence)) WITHOUT ROWID;

CREATE TABLE job(id TEXT PRIMARY KEY, project TEXT NOT NULL DEFAULT 'default', queue TEXT NOT NULL, payload TEXT NOT NULL, run_at INTEGER NOT NULL, lease_until INTEGER,
  lease_owner TEXT, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX job_by_queue ON job(queue, run_at, id);
`,
  // ids sort by time
  'DROP INDEX call_by_time;',
  `CREATE TABLE segment_signs(document INTEGER NOT NULL REFERENCES document, segment INTEGER NOT NULL REFERENCES segment, signs BLOB NOT NULL,
     PRIMARY KEY(document, segment)) WITHOUT ROWID;`,
]

export const newestVersion = migrations.length

export const versionOf = (database: Database): number => database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0

/** Lifts the store to this program's version; each step is one transaction. */
export function migrate(database: Database): void {
  const found = versionOf(database)
  refuseNewer(found)
  for (let version = found; version < newestVersion; version++) {
    database.exec(`BEGIN IMMEDIATE; ${migrations[version]}; PRAGMA user_version=${version + 1}; COMMIT`)
  }
}

export function refuseNewer(found: number): void {
  if (found > newestVersion)
    throw new Failure(
      'conflict',
      `the store has version ${found}, this program knows versions up to ${newestVersion}: start a newer program`,
    )
}
