import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';

/**
 * One option of a command. The parser, the help, the types, the reference pages, completion and the man page are made of it.
 */
export interface OptionRow {
  /** As the help shows them: `-q, --quiet`, `--max-message <size>`, `--no-sync`. */
  readonly flags: string;
  readonly help: string;
  /** Reads the value. `before` is the one of the same option before it, or the default. Throws an `InvalidArgumentError`. */
  // biome-ignore lint/suspicious/noExplicitAny: each reader knows the type of its own value.
  readonly read?: (text: string, before: any) => unknown;
  readonly default?: unknown;
  /** The default in words, where the value does not show it. */
  readonly shown?: string;
  /** The values that the help and completion offer; without `read`, no others are allowed. */
  readonly choices?: readonly string[];
  readonly required?: true;
  /** Keys of options that cannot be given with it. */
  readonly conflicts?: readonly string[];
  /** The environment variable that is read where the option is not given. */
  readonly environment?: string;
  /** For a limit: the attack or accident that it stops. */
  readonly stops?: string;
}

/** The options of a command, by the keys of their values. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

type Given<R extends OptionRow> = R extends { readonly default: unknown } | { readonly required: true }
  ? never
  : undefined;
type ValueOf<R extends OptionRow> = R extends { readonly read: (text: string, before: never) => infer T }
  ? T | Given<R>
  : R extends { readonly choices: readonly (infer C)[] }
    ? C | Given<R>
    : R extends { readonly flags: `--no-${string}` }
      ? boolean
      : R extends { readonly flags: `${string}<${string}` }
        ? string | Given<R>
        : true | undefined;

/** The values of a table, as the command's action receives them. */
export type Values<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** Adds the options of a table to a command. */
export function withOptions<Args extends unknown[], Opts extends OptionValues, const T extends OptionTable>(
  command: Command<Args, Opts>,
  table: T,
): Command<Args, Opts & Values<T>> {
  for (const row of Object.values(table)) command.addOption(optionOf(row));
  return command as unknown as Command<Args, Opts & Values<T>>;
}

/** Rows of commander's options, for what is made of them. */
const rows = new WeakMap<object, OptionRow>();

/** Returns the row that an option was made of. */
export function rowOf(option: object): OptionRow | undefined {
  return rows.get(option);
}

function optionOf(row: OptionRow): Option {
  const option = new Option(row.flags, row.help) as unknown as Option<string, undefined, unknown>;
  rows.set(option, row);
  if (row.choices) option.choices(row.choices);
  // The reader comes after the choices, which it may take more than.
  if (row.read) option.argParser(row.read as (text: string) => string);
  if ('default' in row || row.shown !== undefined) option.default(row.default as undefined, row.shown);
  if (row.required) option.makeOptionMandatory();
  if (row.conflicts) option.conflicts([...row.conflicts]);
  if (row.environment) option.env(row.environment);
  return option as unknown as Option;
}
