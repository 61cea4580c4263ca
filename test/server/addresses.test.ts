import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('addresses and methods', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  it('HEAD answers like GET, without a body, and starts nothing', async () => {
    await world.send('POST', '/workflows/plain?wait=result');
    const [{ runId } = { runId: '' }] = await world.engine.runs.list();
    for (const path of ['/agents', `/runs/${runId}`, '/openapi.json', '/agents/echo/one/sessions/default']) {
      const [head, get] = [await fetch(world.url + path, { method: 'HEAD' }), await fetch(world.url + path)];
      expect(head.status, path).to.equal(get.status);
      expect(head.headers.get('content-type'), path).to.equal(get.headers.get('content-type'));
      expect(head.headers.get('content-length'), path).to.equal(get.headers.get('content-length'));
      expect(await head.text(), path).to.equal('');
    }
    const stream = await fetch(`${world.url}/runs/${runId}/stream`, { method: 'HEAD' });
    expect([stream.status, stream.headers.get('content-type'), await stream.text()]).to.deep.equal([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ]);
    expect((await fetch(`${world.url}/agents/none`, { method: 'HEAD' })).status).to.equal(404);
    expect(await world.engine.runs.list()).to.have.length(1);
  });

  it('OPTIONS and refusals name what is allowed', async () => {
    const allowed = async (method: string, path: string): Promise<unknown> => {
      const { status, headers } = await world.send(method, path);
      return [status, headers.get('allow')];
    };
    expect(await allowed('OPTIONS', '/agents')).to.deep.equal([204, 'GET, HEAD']);
    expect(await allowed('OPTIONS', '/agents/echo/one')).to.deep.equal([204, 'DELETE, POST']);
    expect(await allowed('OPTIONS', '/agents/echo/one/sessions/default')).to.deep.equal([
      204,
      'DELETE, GET, HEAD, PUT',
    ]);
    expect(await allowed('PATCH', '/runs')).to.deep.equal([405, 'GET, HEAD']);
    expect(await allowed('OPTIONS', '/nothing')).to.deep.equal([404, null]);
  });

  it('an address is one text: slashes too many lead nowhere, and say where to', async () => {
    for (const [path, meant] of [
      ['/agents/', '/agents'],
      ['//agents', '/agents'],
      ['/agents/echo//one/sessions', '/agents/echo/one/sessions'],
    ] as const) {
      const answer = await world.send('GET', path);
      expect(answer.status, path).to.equal(404);
      expect(errorOf(answer)['message']).to.equal(`there is nothing at "${path}"; did you mean "${meant}"?`);
    }
    expect((await world.send('GET', '/Agents')).status).to.equal(404);
    expect(errorOf(await world.send('POST', '/approvals/workflow:pay:01/sign', {}))['message']).to.equal(
      'there is nothing at "/approvals/workflow:pay:01/sign"; an id is percent-encoded: "/approvals/workflow:pay:01%2Fsign"',
    );
  });

  it('an id may hold a slash, a space and any letter, percent-encoded', async () => {
    for (const id of ['a/b', 'two words', 'grüße', 'a.b', '%2F']) {
      const path = `/agents/echo/${encodeURIComponent(id)}`;
      expect((await world.send('POST', path, { message: 'Hi' })).status, id).to.equal(200);
      const { body } = await world.send('GET', `${path}/sessions/default`);
      expect((body['messages'] as unknown[]).length, id).to.equal(2);
    }
    const { body } = await world.send('GET', '/agents/echo/instances');
    const ids = (body['instances'] as { instance: string }[]).map(({ instance }) => instance);
    expect(ids).to.have.members(['a/b', 'two words', 'grüße', 'a.b', '%2F']);
    expect((await world.send('POST', '/agents/echo/%2E%2E', { message: 'Hi' })).status).to.not.equal(200);
    expect((await world.send('POST', '/agents/echo/%zz', { message: 'Hi' })).status).to.equal(400);
  });
});
