import type { Database } from './sqlite-driver.js';

/** The statements of a journal, prepared once. */
export function prepared(database: Database) {
  const room = '(SELECT id FROM rooms WHERE name = ?)';
  const size = '(length(CAST(sender AS BLOB)) + length(CAST(body AS BLOB)))';
  return {
    make: database.prepare('INSERT INTO rooms (name, last) VALUES (?, 0)'),
    last: database.prepare('UPDATE rooms SET last = ? WHERE id = ?'),
    // The key is looked for only where it is there already: half as many statements.
    add: database.prepare(
      `INSERT INTO entries (room, number, time, sender, body, key) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, key) WHERE key IS NOT NULL DO NOTHING`,
    ),
    find: database.prepare('SELECT * FROM entries WHERE room = ? AND key = ?'),
    read: database.prepare(`SELECT * FROM entries WHERE room = ${room} AND number > ? ORDER BY number LIMIT ?`),
    room: database.prepare(
      'SELECT id, last, (SELECT min(number) FROM entries WHERE room = rooms.id) AS first FROM rooms WHERE name = ?',
    ),
    young: database.prepare('SELECT number FROM entries WHERE room = ? AND time >= ? ORDER BY number LIMIT 1'),
    size: database.prepare(`SELECT ${size} AS size FROM entries WHERE room = ? AND number = ?`),
    sum: database.prepare(`SELECT sum(${size}) AS size FROM entries WHERE room = ? AND number <= ?`),
    drop: database.prepare('DELETE FROM entries WHERE room = ? AND number <= ?'),
  };
}
