import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { everything, isAlive, until } from '../adapters/mcp/world.ts';
import { projectOf } from '../fakes/project.ts';
import { builtProgram } from '../fakes/programs.ts';

const odd = fileURLToPath(new URL('../adapters/mcp/odd-server.mjs', import.meta.url));

describe('an engine that is killed', function () {
  this.timeout(120_000);

  it('leaves no MCP server behind', async () => {
    const diary = join(projectOf({}), 'diary');
    const project = projectOf({
      'engine.yaml': {
        mcpServers: {
          odd: { command: process.execPath, args: [odd, JSON.stringify({ diary })] },
          everything: { command: process.execPath, args: [everything, 'stdio'] },
        },
      },
      'src/workflows/hang.yaml': {
        steps: [
          { id: 'first', tool: 'everything__echo', with: { message: 'hi' } },
          { id: 'second', tool: 'odd__never' },
        ],
      },
    });
    const engine = spawn(
      process.execPath,
      [await builtProgram('child'), project, join(project, 'x.sqlite'), 'run', 'hang', '{}'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const isCalled = (): boolean => existsSync(diary) && readFileSync(diary, 'utf8').includes('call never');
    await until(isCalled);
    const servers = childrenOf(engine.pid ?? 0);
    expect(servers).to.have.length.at.least(2);
    engine.kill('SIGKILL');
    await until(() => !servers.some(isRunning));
    expect(readFileSync(diary, 'utf8')).to.match(/end\n$/);
  });

  it('does not load the SDK of MCP before a server is used', () => {
    const engine = fileURLToPath(new URL('../../engine', import.meta.url));
    const eager = readdirSync(engine, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /^(import|export) (?!type )[^;]*from '@modelcontextprotocol/m.test(
          readFileSync(join(engine, file), 'utf8'),
        ),
      );
    expect(eager).to.deep.equal([]);
  });
});

/** The processes that a process started, those of programs it was started by (esbuild) left out. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => one !== pid && parentOf(one) === pid && isNode(one));
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function isNode(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === process.execPath;
  } catch {
    return false;
  }
}

/** Whether it still runs: nobody may have asked for the exit code of one that ended. */
function isRunning(pid: number): boolean {
  try {
    return isAlive(pid) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
