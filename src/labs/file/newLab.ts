/** The beginning of a lab file: it reads without a fault, and every part says what it is for. */
export function newLabText(lab: {
  readonly id: string;
  readonly title: string;
  /** `YYYY-MM`. */
  readonly edition: string;
  readonly site: string;
}): string {
  return `# A lab: facts only. What is asked stands under a check, what is expected under "expect"; the rest is judged.
id: ${lab.id}
title: ${JSON.stringify(lab.title)}
edition: ${lab.edition} # the state of the lab's text that this was written from
unit: 1
source: https://example.org/${lab.id}
sites: [${lab.site}]
expectedHours: 2
parameters:
  netID: { title: Net ID, pattern: '[a-z]{2,3}[0-9]{1,5}' }
names: # what the lab calls its resources
  server: node-${lab.id}-{{netID}}
hosts:
  node: { server: '{{name.server}}', user: cc }
steps:
  - id: server
    title: Launch a server
    checks:
      - id: server-active
        title: The server is running
        keep: true # seen once is enough: it is deleted at the end
        openstack: { service: compute, path: /servers/detail, list: servers }
        expect:
          - that: 'length(body.servers[?name == $.name.server])'
            is: 1
            else: There is not one server named {{name.server}}.
          - that: 'body.servers[?name == $.name.server] | [0].status'
            is: ACTIVE
            else: The server {{name.server}} is not active.
        save: { serverId: 'body.servers[?name == $.name.server] | [0].id' }
        hint: Launch it with exactly that name.
      - id: greeting
        title: A file on it
        keep: true
        needs: [server-active]
        ssh: { host: node, run: 'cat greeting.txt' }
        expect:
          - { that: exit, is: 0, else: There is no greeting.txt in your home folder. }
          - { that: stdout, contains: '{{netID}}', else: greeting.txt does not name you. }
        hint: Write your net ID into greeting.txt, in the SSH session.
  - id: clean-up
    title: Clean up
    cleanup: true
    checks:
      - id: server-gone
        title: The server is deleted
        needs: [server-active] # what was never there was not cleaned up
        openstack: { service: compute, path: /servers/detail, list: servers }
        expect:
          - that: 'length(body.servers[?name == $.name.server])'
            is: 0
            else: '{{name.server}} is still there.'
        hint: Delete the server when you are done.
        fix: { action: deleteServer, title: Delete the Server }
`;
}
