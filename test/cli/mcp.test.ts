import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockServers, listServers, testServers } from '../../engine/cli/commands/mcp.ts';
import type { Terminal } from '../../engine/cli/terminal.ts';
import { projectOf } from '../fakes/project.ts';

const odd = fileURLToPath(new URL('../adapters/mcp/odd-server.mjs', import.meta.url));

describe('engine mcp', () => {
  before(() => void (process.env['KEY'] = 'a-very-long-key'));
  after(() => delete process.env['KEY']);

  it('lists servers with their exact commands, starts none, and shows no secret', async () => {
    const { project, diary } = world();
    const { out, terminal } = screens();
    expect(await listServers({ project }, terminal)).to.equal(0);
    const text = out.join('\n');
    expect(text).to.match(/^SERVER +TYPE +AGENTS +LOCKED +COMMAND OR ADDRESS\n/);
    expect(text).to.match(/\nshop +stdio +clerk +- +\S*node \S+odd-server\.mjs /);
    expect(text).to.match(/\nremote +http +clerk +- +http:\/\/127\.0\.0\.1:1\/mcp/);
    expect(existsSync(diary)).to.equal(false);
  });

  it('tests servers, and fails when one is not there', async () => {
    const { project } = world();
    const { out, terminal } = screens();
    expect(await testServers(undefined, { project }, terminal)).to.equal(1);
    expect(out[0]).to.match(/^ok {2}shop: 12 tools in \d+ ms, not locked\n/);
    expect(out[1]).to.match(/^failed {2}remote: MCP server "remote" is not available: /);
    const json = screens();
    expect(await testServers('shop', { project, json: true }, json.terminal)).to.equal(0);
    expect(JSON.parse(json.out.join('\n')))
      .to.have.nested.property('servers[0].tools')
      .with.length(12);
  });

  it('locks servers, says what changed, and mends a lock that is out of date', async () => {
    const { project, toolsFile } = world();
    const lock = join(project, 'engine.lock');
    const first = screens();
    expect(await lockServers('shop', { project }, first.terminal)).to.equal(0);
    expect(first.err).to.deep.equal(['wrote engine.lock']);
    const text = readFileSync(lock, 'utf8');
    const again = screens();
    expect(await lockServers('shop', { project }, again.terminal)).to.equal(0);
    expect(again.err).to.deep.equal(['engine.lock is up to date']);

    writeFileSync(toolsFile, '[{"name":"pay","description":"Pays twice.","inputSchema":{"type":"object"}}]');
    const check = screens();
    expect(await lockServers('shop', { project, check: true }, check.terminal)).to.equal(1);
    expect(check.err).to.deep.equal([
      'shop: tool "pay" changed: its description is now "Pays twice."',
      'engine.lock is not up to date',
    ]);
    expect(readFileSync(lock, 'utf8')).to.equal(text);
    const drift = screens();
    expect(await testServers('shop', { project }, drift.terminal)).to.equal(1);
    expect(drift.out[0]).to.match(/^drift {2}shop: .*\n.*! tool "pay" changed: its description/s);

    writeFileSync(lock, text.replace('"hash"', '"hush"'));
    expect(await lockServers('shop', { project }, screens().terminal)).to.equal(0);
    expect(readFileSync(lock, 'utf8')).to.include('Pays twice.');
  });

  it('keeps what is locked of a server that is not there, and fails', async () => {
    const { project } = world();
    const { err, terminal } = screens();
    expect(await lockServers(undefined, { project }, terminal)).to.equal(1);
    expect(err[0]).to.match(/^MCP server "remote" is not available/);
    expect(err.at(-1)).to.equal('wrote engine.lock');
    await lockServers('shop', { project, check: true }, terminal);
    expect(err.at(-1)).to.equal('engine.lock is up to date');
  });
});

function world(): { project: string; diary: string; toolsFile: string } {
  const project = projectOf({
    'src/agents/clerk.yaml': 'description: Helps.\nmodel: openai/gpt-5\nmcpServers: [shop, remote]\n',
  });
  const [diary, toolsFile] = [join(project, 'diary'), join(project, 'tools.json')];
  writeFileSync(toolsFile, '[{"name":"pay","description":"Pays.","inputSchema":{"type":"object"}}]');
  const args = [odd, JSON.stringify({ diary, toolsFile })];
  writeFileSync(
    join(project, 'engine.yaml'),
    JSON.stringify({
      secrets: { KEY: {} },
      mcpServers: {
        shop: { command: process.execPath, args },
        remote: {
          url: 'http://127.0.0.1:1/mcp',
          connectTimeout: '5s',
          headers: { authorization: '${{ secrets.KEY }}' },
        },
      },
    }),
  );
  return { project, diary, toolsFile };
}

function screens(): { out: string[]; err: string[]; terminal: Terminal } {
  const [out, err]: [string[], string[]] = [[], []];
  const screen = (lines: string[]): Terminal['out'] =>
    ({
      write: (text: string) => void lines.push(text),
      line: (text = '') => void lines.push(text),
    }) as Terminal['out'];
  return { out, err, terminal: { out: screen(out), err: screen(err), hide: () => undefined } };
}
