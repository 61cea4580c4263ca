import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const secrets =
  'secrets: { E2B_API_KEY: {}, RUNLOOP_API_KEY: {}, DAYTONA_API_KEY: {}, MODAL_TOKEN_ID: {}, MODAL_TOKEN_SECRET: {}, OWN: {} }\n';

describe('link: sandboxes of services', () => {
  it('have keys by their usual names, and defaults', async () => {
    const program = await programOf({
      'engine.yaml': secrets,
      'src/sandboxes/plain.yaml': 'type: e2b\n',
      'src/sandboxes/own.yaml':
        'type: runloop\nservice: { apiKey: OWN, url: "https://x.example.com", image: tools, cpu: 2, memoryMb: 4096, diskGb: 8, idleTimeout: 5m, whenClosed: remove }\n',
      'src/sandboxes/far.yaml': 'type: modal\nservice: { region: eu }\n',
      'src/sandboxes/near.yaml': 'type: daytona\nservice: { region: eu }\n',
    });
    expect(program.unavailable).to.deep.equal([]);
    expect(program.sandboxes['plain']?.service).to.deep.include({
      ...{
        apiKey: 'E2B_API_KEY',
        apiSecret: undefined,
        image: undefined,
        idleMs: 600_000,
        whenClosed: 'pause',
      },
    });
    expect(program.sandboxes['own']?.service).to.deep.include({
      ...{ apiKey: 'OWN', url: 'https://x.example.com', image: 'tools', cpu: 2, memoryMb: 4096, diskGb: 8 },
      ...{ idleMs: 300_000, whenClosed: 'remove' },
    });
    expect(program.sandboxes['far']?.service).to.deep.include({
      ...{ apiKey: 'MODAL_TOKEN_ID', apiSecret: 'MODAL_TOKEN_SECRET', region: 'eu', whenClosed: 'keep' },
    });
  });

  it('need a declared key, and have only what their service has', async () => {
    expect(
      await findingsOf({
        'engine.yaml': 'secrets: { E2B_KEY: {} }\n',
        'src/sandboxes/a.yaml': 'type: e2b\nservice: { apiKey: E2B_KYE, cpu: 2, url: x }\n',
        'src/sandboxes/b.yaml': 'type: daytona\n',
        'src/sandboxes/c.yaml': 'type: virtual\nservice: { image: base }\n',
        'src/sandboxes/d.yaml':
          'type: modal\nservice: { apiKey: E2B_KEY, apiSecret: E2B_KEY, whenClosed: pause }\n',
      }),
    ).to.deep.equal([
      'src/sandboxes/a.yaml:2:20 error ref/unknown-secret no secret "E2B_KYE"; did you mean "E2B_KEY"?',
      'src/sandboxes/a.yaml:2:29 error schema/misplaced-key a sandbox of type "e2b" has no "cpu"; it has apiKey, url, image, idleTimeout, whenClosed, machineUrl',
      'src/sandboxes/a.yaml:2:42 error schema/bad-format "x" is no address that begins with "http://" or "https://"; write "https://x"',
      'src/sandboxes/b.yaml:1:7 error ref/unknown-secret a sandbox of type "daytona" needs the secret "DAYTONA_API_KEY"; declare it under "secrets" in engine.yaml, or name another one as "service.apiKey"',
      'src/sandboxes/c.yaml:2:1 error schema/misplaced-key "service" is for sandboxes of type daytona, e2b, modal, runloop; this one is "virtual"',
      'src/sandboxes/d.yaml:2:61 error schema/bad-value a machine of "modal" cannot be paused; write "keep" or "remove"',
    ]);
  });

  it('do not run with what their machines cannot keep to', async () => {
    const program = await programOf({
      'engine.yaml': secrets,
      'docs/a.txt': 'a',
      'src/sandboxes/a.yaml': `type: e2b
shell: true
write: [reports/**]
options: { template: base }
mounts: [{ from: docs, write: true }]
network: { allow: ["api.example.com:443"], deny: [a.example.com] }
limits: { files: 5 }
`,
    });
    expect(program.unavailable.map(({ message }) => message)).to.have.members([
      'a sandbox of type "e2b" cannot keep to "write"; take it out, or take out "shell": commands there go where they want',
      'a sandbox of type "e2b" cannot keep to "limits.files"; take it out, or use another type: virtual',
      'a sandbox of type "e2b" has no options; take out "template", and say under "service" what its machines are',
      'a sandbox of type "e2b" gets copies of its mounts, so what is written does not reach the project; take out "write"',
      'a sandbox of type "e2b" cannot keep to "network.deny"; take it out, and allow less',
      'a sandbox of type "e2b" knows no ports; write "api.example.com"',
    ]);
  });
});
