import { expect } from 'chai';
import { closeEngines, engineOf, failureOf, gate } from './kit.ts';

const files = {
  'engine.yaml': 'model: script/m\ndefaults: { queueLimit: 2 }\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/agents/two.md': '---\ndescription: A.\n---\n\nYou are it.\n',
  'src/agents/none.md': '---\ndescription: B.\nqueueLimit: 0\n---\n\nYou are it.\n',
};

describe('engine: how many messages wait in a session', () => {
  afterEach(closeEngines);

  it('is what the agent says, or what the project says for all', async () => {
    const held = gate();
    const { engine } = await engineOf(files, async () => {
      await held.opened;
      return 'ok';
    });
    for (const [agent, admitted, message] of [
      ['two', 3, '2 prompts wait in session "default" of "two/x"; no more are taken'],
      ['none', 1, 'session "default" of "none/x" is at work, and no prompt may wait'],
    ] as const) {
      const dispatch = (instance: string): Promise<unknown> =>
        engine.dispatch(agent, { instance, message: 'hi' });
      for (let count = 0; count < admitted; count += 1) await dispatch('x');
      expect(await failureOf(dispatch('x'))).to.deep.equal({ type: 'too_many_requests', message });
      await dispatch('another');
    }
    held.open();
  });
});
