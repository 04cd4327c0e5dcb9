/** What a server calls itself: Nova makes a host name of its name, so `hello_chameleon-x` is `hello-chameleon-x`. */
export function hostnameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[ _]/g, '-')
    .replace(/[^a-z0-9.-]/g, '')
    .replace(/^[.-]+|[.-]+$/g, '');
}
