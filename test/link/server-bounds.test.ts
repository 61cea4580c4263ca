import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

describe('link: bounds of the server', () => {
  it('are read with their defaults', async () => {
    const bounds = async (server: string): Promise<readonly unknown[]> => {
      const { trustProxy, concurrency, requests, perMs, connections, basePath } = (
        await programOf({ 'engine.yaml': `name: shop\n${server}` })
      ).settings.server;
      return [trustProxy, concurrency, requests, perMs, connections, basePath];
    };
    expect(await bounds('')).to.deep.equal([false, undefined, undefined, 60_000, 1000, '/']);
    expect(
      await bounds(
        'server: { basePath: /engine, trustProxy: [10.0.0.0/8, "::1"], limits: { concurrency: 8, requests: 100, per: 1h, connections: 9 } }\n',
      ),
    ).to.deep.equal([['10.0.0.0/8', '::1'], 8, 100, 3_600_000, 9, '/engine']);
    expect((await bounds('server: { trustProxy: true }\n'))[0]).to.equal(true);
  });

  it('are refused where they could not hold', async () => {
    expect(
      await findingsOf({
        'engine.yaml':
          'name: shop\nserver:\n  trustProxy: [proxy.example.com, 10.0.0.0/33, 10.0.0.1]\n  limits: { requests: 1, per: 30d }\n',
      }),
    ).to.deep.equal([
      'engine.yaml:3:16 error schema/bad-format "proxy.example.com" is no address and no network; write numbers, such as "10.0.0.7" or "10.0.0.0/8"',
      'engine.yaml:3:35 error schema/bad-format "10.0.0.0/33" is no address and no network; write numbers, such as "10.0.0.7" or "10.0.0.0/8"',
      'engine.yaml:4:31 error schema/bad-format "per" is a time of up to 24 days, such as "1m" or "1h"',
    ]);
  });

  it('are refused where they say nothing, or in the words of another format', async () => {
    expect(
      await findingsOf({ 'engine.yaml': 'name: shop\nserver: { trustProxy: yes, limits: { per: 1m } }\n' }),
    ).to.deep.equal([
      'engine.yaml:2:23 error schema/wrong-type "trustProxy" must be boolean or list, got string "yes"; write true',
      'engine.yaml:2:38 error schema/missing-key "per" bounds nothing without "requests"; write how many',
    ]);
  });

  it('and other settings with a form of their own are refused with what they are', async () => {
    expect(
      await findingsOf({
        'engine.yaml': [
          'name: shop',
          'env: [API-URL]',
          'server: { basePath: engine, auth: { tokens: [{ name: ann, hash: "sha256:abc" }] } }',
          'telemetry: { otlp: {}, propagate: ["https://models.internal/"] }',
          '',
        ].join('\n'),
      }),
    ).to.deep.equal([
      'engine.yaml:2:7 error schema/bad-format "env[0]" must be a variable name, got "API-URL"; for example "API_URL"',
      'engine.yaml:3:21 error schema/bad-format "basePath" must be a path from the root, got "engine"; for example "/engine"',
      'engine.yaml:3:65 error schema/bad-format "hash" must be a token hash, got "sha256:abc"; for example "sha256:0123456789abcdef0123456789abcdef…"',
      'engine.yaml:4:36 error schema/bad-format "propagate[0]" must be a host name, got "https://models.internal/"; for example "models.internal"',
    ]);
  });

  it('are refused where other machines could call, and nobody signs in', async () => {
    const findings = (server: string): Promise<readonly string[]> =>
      findingsOf({ 'engine.yaml': `name: shop\nserver: ${server}\n` });
    expect(await findings('{ host: 0.0.0.0 }')).to.deep.equal([
      'engine.yaml:2:17 error security/open-server other machines could call, and nobody has to sign in; set "auth", or leave "host" out',
    ]);
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '"::1"', '"[::1]"'])
      expect(await findings(`{ host: ${host} }`), host).to.deep.equal([]);
  });

  it('do not take one token for two callers', async () => {
    const hash = `sha256:${'a'.repeat(64)}`;
    const findings = (second: string): Promise<readonly string[]> =>
      findingsOf({
        'engine.yaml': `name: shop\nserver:\n  auth:\n    tokens:\n      - { name: site, hash: '${hash}' }\n      - { name: ${second}, hash: '${hash}' }\n`,
      });
    expect(await findings('page')).to.deep.equal([
      'engine.yaml:6:29 error ref/duplicate-entry this is the token of "site" already, and tells nobody whether "page" calls; make another one with "engine token page"',
    ]);
    expect((await findings('site'))[0]).to.include('is listed twice');
  });
});

describe('link: a store in memory', () => {
  it('has no file', async () => {
    expect(
      await findingsOf({ 'engine.yaml': 'name: shop\nstore: { type: memory, path: x.sqlite }\n' }),
    ).to.deep.equal([
      'engine.yaml:2:24 error schema/misplaced-key "path" belongs to "type: sqlite"; nothing is written to a file',
    ]);
  });
});

describe('link: telemetry', () => {
  it('is refused where it says nothing', async () => {
    const findings = (telemetry: string): Promise<readonly string[]> =>
      findingsOf({ 'engine.yaml': `name: shop\ntelemetry: ${telemetry}\n` });
    expect(await findings('{ content: true, metrics: false }')).to.deep.equal([
      'engine.yaml:2:14 error schema/missing-key "content" says nothing without "otlp"; write "otlp: {}", or where to send',
    ]);
    expect(await findings('{ otlp: {}, traces: false, metrics: false }')).to.deep.equal([
      'engine.yaml:2:14 error schema/exclusive-keys with neither traces nor metrics nothing is sent; leave "otlp" out, or one of them on',
    ]);
    expect(await findings('{ otlp: {}, traces: false }')).to.deep.equal([]);
  });

  it('goes to the address of the collector, and not to that of the traces', async () => {
    const findings = (endpoint: string): Promise<readonly string[]> =>
      findingsOf({ 'engine.yaml': `name: shop\ntelemetry: { otlp: { endpoint: '${endpoint}' } }\n` });
    expect(await findings('http://127.0.0.1:4318/v1/traces')).to.deep.equal([
      'engine.yaml:2:32 error schema/bad-format "/v1/traces" and "/v1/metrics" are added to the address; write "http://127.0.0.1:4318"',
    ]);
    expect(await findings('http://127.0.0.1:4318/collect')).to.deep.equal([]);
  });
});
