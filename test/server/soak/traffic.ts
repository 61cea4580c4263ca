import { connect } from 'node:net';
import { createClient, Problem, type Client } from '../../../engine/client/index.ts';

/** What traffic did, by kind, and what went wrong that should not. */
export interface Traffic {
  readonly done: Record<string, number>;
  readonly faults: string[];
}

/** Sends mixed traffic to a server until a time, in as many lanes as asked; what fails as it should is no fault. */
export async function sendTraffic(url: string, until: number, lanes: number): Promise<Traffic> {
  const client = createClient({ baseUrl: url });
  const traffic: Traffic = { done: {}, faults: [] };
  const lane = async (number: number): Promise<void> => {
    for (let round = 0; Date.now() < until; round += 1) {
      const kinds = Object.entries(acts);
      const [kind, act] = kinds[(round + number) % kinds.length] ?? ['', undefined];
      try {
        // Conversations that go on for ever would be longer at the end, and so be more in memory.
        await act?.(client, url, `${number}-${Math.floor(round / 20)}`);
        traffic.done[kind] = (traffic.done[kind] ?? 0) + 1;
      } catch (thrown) {
        traffic.faults.push(`${kind}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return traffic;
}

type Act = (client: Client, url: string, id: string) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  prompt: (client, _url, id) => client.agents.invoke('echo', id, { message: 'Hi' }),
  async stream(client, _url, id) {
    for await (const event of client.agents.stream('echo', id, { message: 'slow' })) void event;
  },
  async socket(client, _url, id) {
    const connection = await client.agents.connect('echo', id);
    await Promise.all([
      connection.prompt('Hi', { session: 'a' }),
      connection.prompt('slow', { session: 'b' }),
    ]);
    connection.close();
  },
  run: (client) => client.workflows.invoke('greet', {}, { wait: true }),
  async runOverSocket(client) {
    const connection = await client.workflows.connect('greet');
    for await (const event of connection.stream()) void event;
    connection.close();
  },
  async dispatch(client, _url, id) {
    const { submissionId } = await client.agents.dispatch('echo', id, { message: 'Hi' });
    for await (const event of client.submissions.stream(submissionId)) void event;
  },
  async abort(client, _url, id) {
    const prompt = expectCode('aborted', client.agents.invoke('echo', `${id}-abort`, { message: 'slow' }));
    await client.agents.abort('echo', `${id}-abort`);
    await prompt;
  },
  async comeBack(client) {
    const { runId } = await client.workflows.invoke('greet');
    for await (const event of client.runs.stream(runId)) {
      void event;
      break;
    }
    for await (const event of client.runs.stream(runId, { after: 1 })) void event;
  },
  async leaveSocket(client, _url, id) {
    const connection = await client.agents.connect('echo', id);
    const prompt = expectCode('aborted', connection.prompt('slow'));
    connection.close();
    await prompt;
  },
  fail: (client, _url, id) =>
    expectCode('model_failed', client.agents.invoke('echo', id, { message: 'break' })),
  async badRequests(client, url, id) {
    await expectCode('agent_not_found', client.agents.invoke('nobody', id, { message: 'Hi' }));
    await (await fetch(`${url}/agents/echo/${id}`, { method: 'POST', body: 'x' })).text();
    await cutOff(url);
  },
};

async function expectCode(code: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === code) return;
    throw thrown;
  }
  // An abort may come too late.
  if (code !== 'aborted') throw new Error(`${code} was expected`);
}

/** Half a request whose sender goes away. */
function cutOff(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write('POST /agents/echo/one HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{', () =>
        socket.destroy(),
      );
    });
    socket.on('close', () => resolve()).on('error', () => undefined);
  });
}
