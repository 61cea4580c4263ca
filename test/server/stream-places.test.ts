import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('the place where a stream goes on', () => {
  let world: World;
  const paths: string[] = [];
  before(async () => {
    world = await startWorld();
    const { body } = await world.send('POST', '/workflows/plain?wait=result', {});
    paths.push(`/runs/${String(body['runId'])}`);
    const { body: stalled } = await world.send('POST', '/workflows/stall', {});
    await world.reached;
    paths.push(`/runs/${String(stalled['runId'])}`);
    const { body: sent } = await world.send('POST', '/agents/echo/x/dispatch', { message: 'wait' });
    const { body: done } = await world.send('POST', '/agents/echo/y/dispatch', { message: 'hi' });
    await world.engine.submissions.wait(String(done['submissionId']));
    paths.push(
      `/submissions/${String(sent['submissionId'])}`,
      `/submissions/${String(done['submissionId'])}`,
    );
  });
  after(() => world.close());

  it('is refused when there is no such event, whether the work has ended or not', async () => {
    for (const path of paths)
      for (const place of ['99', '999999999999999']) {
        const answer = await world.send('GET', `${path}/stream`, undefined, { 'last-event-id': place });
        expect([path, answer.status]).to.deep.equal([path, 400]);
        expect(errorOf(answer)['message']).to.match(new RegExp(`has no event ${place}$`));
        expect((await world.send('GET', `${path}/stream?after=${place}`)).status).to.equal(400);
      }
  });

  it('is refused when it is no number of an event', async () => {
    for (const place of ['-1', '1.5', 'abc', '1e3', '0x1', '1, 2', '%31', '9999999999999999999', '١']) {
      const latin = Buffer.from(place, 'utf8').toString('latin1');
      const answer = await world.send('GET', `${paths[0] ?? ''}/stream`, undefined, {
        'last-event-id': latin,
      });
      expect([place, answer.status]).to.deep.equal([place, 400]);
    }
    for (const place of ['', '-1', '1.0', '9999999999999999'])
      expect((await world.send('GET', `${paths[0] ?? ''}/stream?after=${place}`)).status).to.equal(400);
  });

  it('is the beginning without one, also with an empty header', async () => {
    const response = await fetch(`${world.url}${paths[0] ?? ''}/stream`, {
      headers: { 'last-event-id': '' },
    });
    expect(await response.text()).to.match(/^retry: \d+\n\nid: 1\nevent: run_start\n/);
  });
});
