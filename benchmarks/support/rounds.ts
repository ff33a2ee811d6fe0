import { installed } from './children.js';

/** Something that is measured beside others. */
export interface Contender {
  readonly name: string;
  /** Programs that it needs; where one is missing it is skipped. */
  readonly needs?: readonly string[];
  /** Measures once and gives a figure. */
  measure(): Promise<number>;
}

/** What the rounds gave for a contender: a figure a round, or why there is none. */
export interface Measured {
  readonly name: string;
  readonly figures: number[];
  skipped?: string;
}

/** Measures each contender once a round, in turn, so that what disturbs the machine disturbs them all. */
export async function interleaved(contenders: readonly Contender[], rounds: number): Promise<Measured[]> {
  const all: Measured[] = contenders.map(({ name, needs = [] }) => {
    const missing = needs.filter((program) => !installed(program));
    return { name, figures: [], ...(missing.length > 0 ? { skipped: `${missing.join(', ')} is not installed` } : {}) };
  });
  for (let round = 0; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      const measured = all[at] as Measured;
      if (measured.skipped === undefined) await measureOnce(contender, measured);
    }
  }
  return all;
}

async function measureOnce(contender: Contender, measured: Measured): Promise<void> {
  try {
    measured.figures.push(await contender.measure());
  } catch (error) {
    measured.skipped = (error as Error).message;
  }
  const last = measured.skipped ?? measured.figures.at(-1)?.toPrecision(4);
  process.stderr.write(`  ${contender.name}: ${last}\n`);
}

/** The middle figure; NaN of none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
