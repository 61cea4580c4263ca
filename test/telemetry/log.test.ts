import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';
import { openServeLog, type LogChoices } from '../../engine/cli/serve-log.ts';
import type { Terminal } from '../../engine/cli/terminal.ts';
import { createLog } from '../../engine/telemetry/create-log.ts';
import { programOf } from '../fakes/project.ts';
import { files } from './files.ts';

type Line = Readonly<Record<string, unknown>>;

describe('the log', () => {
  it('has a line of JSON for each request and for what work says', async () => {
    const lines = await served({ logLevel: 'info', logFormat: 'json' }, async (url) => {
      await fetch(`${url}/workflows/outer?wait=result`, { method: 'POST', body: '{}', headers: json });
      await fetch(`${url}/health`);
      await fetch(`${url}/runs/nobody?token=canary-4711`);
    });
    const all = lines.map((line) => JSON.parse(line) as Line);
    expect(
      all.every(({ time, level, message }) => [time, level, message].every((one) => typeof one === 'string')),
    ).to.be.equal(true);
    const said = all.find(({ message }) => message === 'it begins');
    expect(said).to.include({ level: 'info', stepPath: 'note' });
    expect(said?.['runId']).to.match(/^workflow:outer:/);
    const lost = all.find(({ route }) => route === '/runs/:id');
    expect(lost).to.include({
      level: 'info',
      method: 'GET',
      path: '/runs/nobody',
      status: 400,
      type: 'invalid_request',
    });
    expect(lost?.['ref']).to.match(/^err_/);
    expect(all.filter(({ path }) => path === '/health')).to.deep.equal([]);
    expect(lines.join('')).not.to.include('canary-4711');
  });

  it('leaves out what is below its level, and takes out secrets', async () => {
    const quiet = await served({ logLevel: 'error', logFormat: 'json' }, async (url) => {
      await fetch(`${url}/runs/nobody`);
    });
    expect(quiet).to.deep.equal([]);
    const lines = await served({ logLevel: 'debug', logFormat: 'text' }, async (url) => {
      await fetch(`${url}/agents/canary-9f2k-secret-7Qz1`);
    });
    expect(lines.join('\n')).to.include('[secret]').and.not.to.include('canary-9f2k');
  });

  it('keeps each entry on one line, whatever texts hold', () => {
    const lines: string[] = [];
    const now = (): number => 0;
    const write = (line: string): void => void lines.push(line);
    const redact = (text: string): string => text;
    const evil = 'one\nlevel=error \u001b[31mtwo\u2028';
    createLog({ level: 'info', format: 'text', write, redact, now })('info', evil, { evil });
    createLog({ level: 'info', format: 'json', write, redact, now })('info', evil, { evil });
    expect(lines[0]).to.equal(
      '1970-01-01T00:00:00.000Z info  one\\nlevel=error \uFFFD[31mtwo\uFFFD evil="one\\nlevel=error \\u001b[31mtwo\uFFFD"',
    );
    expect(lines[1]?.includes('\n')).to.equal(false);
    expect(JSON.parse(lines[1] ?? '')).to.include({ message: evil, evil });
  });
});

const json = { 'content-type': 'application/json' };

async function served(choices: LogChoices, use: (url: string) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const err = { isTerminal: false, line: (line: string) => void lines.push(line) };
  const log = openServeLog(choices, { err } as unknown as Terminal);
  const { observers } = log;
  const program = await programOf(files);
  const env = { API_KEY: 'canary-9f2k-secret-7Qz1' };
  const engine = await createEngine({ program, store: 'memory', observers, env });
  log.attach(engine);
  const server = createServer(engine, { port: 0, ...log.server });
  const { url } = await server.listen();
  try {
    await use(url);
  } finally {
    await server.close();
    await engine.close();
  }
  return lines;
}
