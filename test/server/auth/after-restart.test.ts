import { expect } from 'chai';
import { authProject, startAuthWorld, tokens } from './world.ts';

describe('an idempotency key', () => {
  it('is the same work after a restart, for the same caller only', async () => {
    const project = authProject();
    const ask = async (
      token: string,
      world: Awaited<ReturnType<typeof startAuthWorld>>,
    ): Promise<unknown[]> => {
      const key = { 'idempotency-key': 'order-17' };
      const sent = await world.send(token, 'POST', `/agents/echo/${token}/dispatch`, { message: 'hi' }, key);
      const started = await world.send(token, 'POST', '/workflows/plain', {}, key);
      return [sent.status, sent.body, started.status, started.body['runId']];
    };
    const first = await startAuthWorld({ project });
    const anns = await ask(tokens.ann, first);
    const bobs = await ask(tokens.bob, first);
    await first.engine.submissions.wait((anns[1] as { submissionId: string }).submissionId);
    await first.close();
    const second = await startAuthWorld({ project });
    try {
      expect(await ask(tokens.ann, second)).to.deep.equal(anns);
      expect(await ask(tokens.bob, second)).to.deep.equal(bobs);
      expect(bobs).not.to.deep.equal(anns);
      const other = await second.send(
        tokens.ann,
        'POST',
        `/agents/echo/${tokens.ann}/dispatch`,
        { message: 'ho' },
        {
          'idempotency-key': 'order-17',
        },
      );
      expect(other.status).to.equal(409);
      expect((await second.engine.runs.list({ workflow: 'plain' })).length).to.equal(2);
    } finally {
      await second.close();
    }
  });
});
