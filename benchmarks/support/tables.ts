import { type Measured, median } from './rounds.js';

/** How a table of contenders is written; the first of them is what the others are held against. */
export interface TableStyle {
  /** What the figures are: the head of their column. */
  readonly unit: string;
  readonly digits?: number;
  /** The head of the column of ratios, of the first figure to the others (default `ours / theirs`). */
  readonly ratio?: string;
  /** Whether the ratio is of each figure to the first. */
  readonly toFirst?: boolean;
}

/** A Markdown table: each contender's median, its range, and the ratio of medians. */
export function comparison(measured: readonly Measured[], style: TableStyle): string {
  const { unit, digits = 0, ratio = 'ours / theirs', toFirst = false } = style;
  const ours = median(measured[0]?.figures ?? []);
  const rows = measured.map(({ name, figures, skipped }, at) => {
    if (skipped !== undefined) return [name, '-', '-', `skipped: ${skipped}`];
    const theirs = median(figures);
    const range = `${number(Math.min(...figures), digits)} - ${number(Math.max(...figures), digits)}`;
    return [name, number(theirs, digits), range, at === 0 ? '' : (toFirst ? theirs / ours : ours / theirs).toFixed(2)];
  });
  return table(['', `${unit}, median`, 'range', ratio], rows);
}

/** A Markdown table, padded so that it reads well as text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, at) => Math.max(3, cell.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** 1,234.5 */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
