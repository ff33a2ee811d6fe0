/** The address in a {@link Connection.remote} without its port. Undefined for Unix sockets, which have none. */
export function hostOf(remote: string): string | undefined {
  return remote.startsWith('unix:') ? undefined : remote.replace(/:\d+$/, '');
}
