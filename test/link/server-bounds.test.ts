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
});
