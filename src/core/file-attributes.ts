/** The attributes that a copy of a file keeps beside its bytes. A missing one is not known. */
export interface FileAttributes {
  /** The nine permission bits, such as 0o644. */
  readonly mode?: number;
  /** When it was last changed, in milliseconds since 1970 (UTC). */
  readonly time?: number;
}

/** The permission bits as the wire has them: three octal digits, `644`. */
export function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}

/** Reads the attributes that a peer sends: `mode` as three octal digits, `time` in milliseconds. Ignores what is neither. */
export function attributesIn({ mode, time }: { readonly mode?: unknown; readonly time?: unknown }): FileAttributes {
  return {
    ...(typeof mode === 'string' && /^[0-7]{3}$/.test(mode) ? { mode: Number.parseInt(mode, 8) } : {}),
    ...(typeof time === 'number' && time >= 0 && time < Date.UTC(10_000, 0) ? { time } : {}),
  };
}
