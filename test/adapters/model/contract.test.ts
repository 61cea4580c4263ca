import { modelsContract, type ModelAnswer, type OpenedModels } from '../../../engine/testing/index.ts';
import {
  chunk,
  errorReply,
  startFakeServer,
  textReply,
  toolReply,
  type FakeReply,
} from '../../fakes/openai-server.ts';
import { programOf } from '../../fakes/project.ts';
import { anthropic } from '../../fakes/wire/anthropic.ts';
import { chat } from '../../fakes/wire/chat.ts';
import { google } from '../../fakes/wire/google.ts';
import type { Protocol } from '../../fakes/wire/protocol.ts';
import { responses } from '../../fakes/wire/responses.ts';
import { modelsOf, providerOf, secretsOf } from './kit.ts';

describe('the contract of models', () => {
  describe('provider models', () => {
    for (const { title, run } of modelsContract) it(title, () => run({ open: openProvider }));
  });
  for (const protocol of [chat, responses, anthropic, google]) {
    describe(`models over ${protocol.name}`, () => {
      // What a refusal looks like is tested with each protocol.
      for (const { title, run } of modelsContract.filter(({ title }) => !title.includes('model_refused')))
        it(title, () => run({ open: (answers) => openProtocol(protocol, answers) }));
    });
  }
  describe('scripted models', () => {
    for (const { title, run } of modelsContract) it(title, () => run({ open: openScript }));
  });
});

async function openProvider(answers: readonly ModelAnswer[]): Promise<OpenedModels> {
  const server = await startFakeServer(...answers.map(replyOf));
  return {
    models: modelsOf({
      providers: { local: providerOf({ type: 'openai-compatible', baseUrl: server.baseUrl }) },
    }),
    model: { provider: 'local', id: 'fake', settings: {} },
    close: () => server.close(),
  };
}

async function openProtocol(protocol: Protocol, answers: readonly ModelAnswer[]): Promise<OpenedModels> {
  const server = await startFakeServer(
    ...answers.map((answer): FakeReply => {
      if ('text' in answer) return { events: protocol.text(...answer.text.split(/(?<= )/)) };
      if ('silent' in answer) return { events: [], hang: true };
      if ('fails' in answer) return protocol.error(answer.fails === 'model_failed' ? 400 : 503, 'no');
      const calls = answer.calls.map(({ tool, input }, at) => ({
        ...{ id: `call_${at}`, name: tool },
        fragments: [JSON.stringify(input)],
      }));
      return { events: protocol.calls(...calls) };
    }),
  );
  const local = providerOf({ ...protocol.provider, baseUrl: server.baseUrl, apiKey: 'KEY' });
  return {
    models: modelsOf({ providers: { local }, secrets: secretsOf({ KEY: 'hidden' }) }),
    model: { provider: 'local', id: protocol.model, settings: {} },
    close: () => server.close(),
  };
}

function replyOf(answer: ModelAnswer): FakeReply {
  if ('text' in answer) return textReply(...answer.text.split(/(?<= )/));
  if ('calls' in answer) {
    return toolReply(
      ...answer.calls.map(({ tool, input }, at) => ({
        id: `call_${at}`,
        name: tool,
        fragments: [JSON.stringify(input)],
      })),
    );
  }
  if ('silent' in answer) return { events: [], hang: true };
  if (answer.fails === 'model_refused')
    return { events: [chunk({ delta: {}, finish_reason: 'content_filter' }), '[DONE]'] };
  return answer.fails === 'model_failed' ? errorReply(400, 'no') : errorReply(503, 'later');
}

async function openScript(answers: readonly ModelAnswer[]): Promise<OpenedModels> {
  const replies = answers.map((answer, at) => ({
    match: { pattern: `^answer ${at + 1}$` },
    ...scripted(answer),
  }));
  const { scripts } = await programOf({
    'src/models/suite.yaml': JSON.stringify({ kind: 'model', replies }),
    'src/tools/look.ts': tool,
    'src/tools/touch.ts': tool,
    'src/agents/a.md': '---\ndescription: An agent.\nmodel: script/suite\n---\n\nTalk.\n',
  });
  return {
    models: modelsOf({ scripts }),
    model: { provider: 'script', id: 'suite', settings: {} },
    close: () => Promise.resolve(),
  };
}

const tool = "export default { description: 'A tool.', inputSchema: { type: 'object' }, run: () => 'ok' };";

function scripted(answer: ModelAnswer): object {
  if ('text' in answer) return { text: answer.text };
  if ('calls' in answer) return { toolCalls: answer.calls.map(({ tool, input }) => ({ tool, input })) };
  if ('silent' in answer) return { text: 'late', delay: '1h' };
  return { error: { code: answer.fails, message: 'as the suite says' } };
}
