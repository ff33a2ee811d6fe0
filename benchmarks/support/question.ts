/** One question, answered by a file of this folder. */
export interface Question {
  /** The word for it on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is measured and how, and the ratio that is aimed for: a paragraph of Markdown. */
  readonly about: string;
  /** Measures, and gives the answer as Markdown tables. */
  run(): Promise<string>;
}
