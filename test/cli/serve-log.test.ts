import { expect } from 'chai';
import { WebSocket } from 'ws';
import { helloProject } from './hello-project.ts';
import { makeProject, startCli, type Running } from './run-cli.ts';

describe('the log of engine serve', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  let running: Running;
  let url: string;

  before(async () => {
    project = await makeProject({
      ...helloProject,
      'engine.yaml': 'name: hello\nmodel: script/echo\nsecrets: { HOOK: {} }\n',
      'src/channels/bot.yaml': "agent: assistant\nscheme: telegram\nsecret: HOOK\nmessage: '{{body.text}}'\n",
    });
    running = startCli(['serve', '--port', '0', '--json'], {
      cwd: project.folder,
      env: { HOOK: 'guess-this-one' },
    });
    ({ url } = JSON.parse(await running.saw('\n')) as { url: string });
  });
  after(async () => {
    running.child.kill('SIGKILL');
    await running.done;
    await project.remove();
  });

  const deliver = async (token: string): Promise<number> => {
    const { status } = await fetch(`${url}/channels/bot`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': token },
      body: '{"update_id": 1}',
    });
    return status;
  };

  /** The line that holds a text. */
  const lineWith = async (text: string): Promise<object> => {
    const lines = (await running.saw(text, 'stderr')).split('\n');
    return JSON.parse(lines.find((line) => line.includes(text)) ?? '') as object;
  };

  it('says why somebody may not call, of sockets too', async () => {
    expect(await deliver('guessed')).to.equal(401);
    expect(await lineWith('the signature does not fit')).to.deep.include({
      level: 'info',
      type: 'unauthorized',
      path: '/channels/bot',
      status: 401,
    });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/agents/assistant/one`, {
      origin: 'https://page.example',
    });
    socket.on('error', () => undefined);
    expect(await lineWith('https://page.example')).to.deep.include({ type: 'forbidden', status: 403 });
  });

  it('has warnings as lines like all others', async () => {
    expect(await deliver('guess-this-one')).to.equal(200);
    expect(await lineWith('dropped a delivery')).to.deep.include({ level: 'warn' });
  });
});
