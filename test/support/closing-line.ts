import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output of the suite with one plain line, for people and for programs that look for it. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state]++;
        if (state === 'skipped') {
          const [, why = 'no reason is given'] = /\((?:skipped: |it needs )(.*?)\)/.exec(test.fullName) ?? [];
          reasons.set(why, (reasons.get(why) ?? 0) + 1);
        }
      }
    }
    for (const [why, count] of reasons) console.log(`${count} skipped: ${why}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
