import type { Database } from './sqlite-driver.js';

/** The migrations of a file from one version to the next, oldest first. Never changed once released: only added to. */
const migrations = [
  `CREATE TABLE meta (epoch TEXT NOT NULL);
   INSERT INTO meta (epoch) VALUES (lower(hex(randomblob(16))));
   CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL);
   CREATE TABLE entries (
     room INTEGER NOT NULL REFERENCES rooms (id), number INTEGER NOT NULL, time INTEGER NOT NULL,
     sender TEXT NOT NULL, body TEXT NOT NULL, key TEXT,
     PRIMARY KEY (room, number)
   ) WITHOUT ROWID;
   CREATE UNIQUE INDEX entries_by_key ON entries (room, key) WHERE key IS NOT NULL;`,
];

/** Throws for a file that is no journal, or one of a newer version. Reads only. */
export function check(database: Database): void {
  const version = versionOf(database);
  if (version > migrations.length) {
    throw new Error(`it is of version ${version}, and this wireline knows ${migrations.length}`);
  }
  if (version === 0 && database.prepare('SELECT 1 FROM sqlite_master').get()) {
    throw new Error('it is the database of another program');
  }
}

/** Brings the file to the present version, in one transaction, and gives its epoch. */
export function migrate(database: Database): string {
  const version = versionOf(database);
  if (version < migrations.length) {
    const steps = migrations.slice(version).join('\n');
    database.exec(`BEGIN EXCLUSIVE; ${steps} PRAGMA user_version = ${migrations.length}; COMMIT;`);
  }
  return (database.prepare('SELECT epoch FROM meta').get() as { epoch: string }).epoch;
}

function versionOf(database: Database): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}
