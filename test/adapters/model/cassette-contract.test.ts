import { join } from 'node:path';
import { openPlayer, openRecorder } from '../../../engine/adapters/model/cassette.ts';
import { modelsContract, type ModelAnswer, type OpenedModels } from '../../../engine/testing/index.ts';
import { startFakeServer, type FakeReply } from '../../fakes/openai-server.ts';
import { temporaryFolder } from '../../fakes/project.ts';
import { chat } from '../../fakes/wire/chat.ts';
import { modelsOf, providerOf } from './kit.ts';

// What a refusal looks like is tested with each protocol.
const cases = modelsContract.filter(({ title }) => !title.includes('model_refused'));

describe('the contract of models, on a cassette', () => {
  describe('models that are recorded', () => {
    for (const { title, run } of cases) it(title, () => run({ open: openRecorded }));
  });
  describe('models that are replayed', () => {
    for (const { title, run } of cases) it(title, () => run({ open: openReplayed }));
  });
});

async function openRecorded(answers: readonly ModelAnswer[], file = newFile()): Promise<OpenedModels> {
  const server = await startFakeServer(...answers.map(replyOf));
  const local = providerOf({ ...chat.provider, baseUrl: server.baseUrl });
  const models = modelsOf({ providers: { local } });
  return {
    models: openRecorder(file, 'one')(models, (value) => value),
    model: { provider: 'local', id: chat.model, settings: {} },
    close: () => server.close(),
  };
}

/** Records each call to its end, then plays it. */
async function openReplayed(answers: readonly ModelAnswer[]): Promise<OpenedModels> {
  const file = newFile();
  const recorded = await openRecorded(answers, file);
  return {
    ...recorded,
    models: {
      async *stream(request) {
        try {
          for await (const _event of recorded.models.stream(request));
        } catch (thrown) {
          if (request.signal.aborted) throw thrown;
        }
        yield* openPlayer(file)(modelsOf({}), (value) => value).stream(request);
      },
    },
  };
}

function newFile(): string {
  return join(temporaryFolder(), 'a.yaml');
}

function replyOf(answer: ModelAnswer): FakeReply {
  if ('text' in answer) return { events: chat.text(...answer.text.split(/(?<= )/)) };
  if ('silent' in answer) return { events: [], hang: true };
  if ('fails' in answer) return chat.error(answer.fails === 'model_failed' ? 400 : 503, 'no');
  const calls = answer.calls.map(({ tool, input }, at) => ({
    id: `call_${at}`,
    name: tool,
    fragments: [JSON.stringify(input)],
  }));
  return { events: chat.calls(...calls) };
}
