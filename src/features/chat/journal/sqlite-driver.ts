import { WirelineError } from '../../../core/index.js';

/** A value that SQLite stores. */
type Value = string | number | Uint8Array | null;

/** The part of `node:sqlite` that the journal uses. */
export interface Statement {
  run(...values: Value[]): unknown;
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** An open database file. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Driver = { DatabaseSync: new (path: string) => Database };

/**
 * Opens or makes a SQLite file: with Node's own module where that gives no warning (24 and newer), else with the package
 * of the same interface, which is an optional peer, and else with Node's own where there is one (22.13 and newer).
 */
export async function openDatabase(path: string): Promise<Database> {
  const { DatabaseSync } = await driver();
  return new DatabaseSync(path);
}

async function driver(): Promise<Driver> {
  const own = () => process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as Driver | undefined;
  if (Number(process.versions.node.split('.')[0]) >= 24) return own() as Driver;
  try {
    return (await import('@photostructure/sqlite')) as unknown as Driver;
  } catch (cause) {
    const driver = own();
    if (driver) return driver;
    const words = 'SQLite needs Node 22.13 or newer, or a package: npm install @photostructure/sqlite, beside wireline';
    throw new WirelineError('failed', words, { cause });
  }
}
