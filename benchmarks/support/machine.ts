import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What the figures were measured on, in one line: no names, no paths. */
export function machine(): string {
  const all = cpus();
  const model = all[0]?.model.trim() ?? 'unknown CPU';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${all.length} x ${model}, ${memory} GiB, ${platform()} ${release()} ${arch()}, Node ${process.versions.node}`;
}

/** Today, as 2026-11-21. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
