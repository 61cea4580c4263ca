import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes down every module that is asked for. */
const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context);
    appendFileSync(process.env.LOADED, found.url + '\\n');
    return found;
  }`;

describe('a start of engine serve', function () {
  this.timeout(120_000);
  let folder: string;
  let loaded: readonly string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'engine-start-'));
    for (const name of ['schema', 'specs', 'node_modules', 'package.json'])
      symlinkSync(join(root, name), join(folder, name));
    const { bundle } = (await import(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)) as {
      bundle: (outdir: string) => Promise<void>;
    };
    await bundle(join(folder, 'dist'));
    for (const name of ['agents', 'models'])
      cpSync(join(root, 'examples/hello/src', name), join(folder, 'hello/src', name), { recursive: true });
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    writeFileSync(
      join(folder, 'register.mjs'),
      `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
    );
    const LOADED = join(folder, 'loaded');
    const child = spawn(
      process.execPath,
      [
        ...['--import', pathToFileURL(join(folder, 'register.mjs')).href, join(folder, 'dist/cli/main.js')],
        ...['serve', '--project', join(folder, 'hello'), '--port', '0'],
      ],
      { env: { ...process.env, LOADED }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.on('exit', resolve));
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const [url] = /http:\S+/.exec(line) ?? [];
        if (url === undefined) continue;
        expect((await fetch(`${url}/health`)).status).to.equal(200);
        break;
      }
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    loaded = readFileSync(LOADED, 'utf8').trim().split('\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reads no package but the driver of the store', () => {
    const packages = loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)]).to.deep.equal(['sqlite3']);
  });

  it('reads few files', () => {
    const files = new Set(loaded.filter((url) => url.includes('/dist/')));
    expect(files.size).to.be.greaterThan(5).and.lessThan(40);
  });
});
