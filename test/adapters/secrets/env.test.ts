import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEnvSecrets } from '../../../engine/adapters/secrets/env.ts';
import { Problem } from '../../../engine/core/problem.ts';

const from = (env?: string, file?: string) => ({ env, file, required: true });

describe('secrets from the environment', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'secrets-'));
    await writeFile(join(root, 'key'), 'from file\r\n\n');
    await writeFile(join(root, 'blank'), '\n');
    await mkdir(join(root, 'folder'));
  });
  after(() => rm(root, { recursive: true }));

  it('values come from variables and files; empty and missing ones are unset', () => {
    const env: Record<string, string> = { TOKEN: 'from env', EMPTY: '', OTHER: 'undeclared' };
    const secrets = createEnvSecrets({
      root,
      env,
      declared: {
        token: from('TOKEN'),
        both: from('TOKEN', 'key'),
        file: from('EMPTY', 'key'),
        absolute: from(undefined, join(root, 'key')),
        empty: from('EMPTY'),
        blank: from(undefined, 'blank'),
        missing: from('MISSING', 'missing'),
        nowhere: from(),
      },
    });
    env['TOKEN'] = 'changed later';
    const names = ['token', 'both', 'file', 'absolute', 'empty', 'blank', 'missing', 'nowhere'];
    expect(names.map((name) => secrets.get(name))).to.deep.equal([
      'from env',
      'from env',
      'from file',
      'from file',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(secrets.values()).to.deep.equal(['from env', 'from env', 'from file', 'from file']);
  });

  it('a name that is not declared is refused with the names that are', () => {
    const secrets = createEnvSecrets({
      declared: { api_key: from('KEY') },
      env: { KEY: 'v', constructor: 'x' },
    });
    expect(problemOf(() => secrets.get('api_kee')).toData()).to.deep.equal({
      type: 'missing_secret',
      message: 'secret "api_kee" is not declared in the config; did you mean "api_key"?',
      details: { secret: 'api_kee' },
    });
    expect(problemOf(() => secrets.get('constructor')).code).to.equal('missing_secret');
  });

  it('a file that cannot be read is refused when the secret is asked for', () => {
    const secrets = createEnvSecrets({ root, declared: { key: from(undefined, 'folder') }, env: {} });
    expect(secrets.values()).to.deep.equal([]);
    expect(problemOf(() => secrets.get('key')).message).to.equal(
      'secret "key" cannot be read from its file "folder"',
    );
  });
});

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(Problem);
    return thrown as Problem;
  }
  throw new Error('nothing was thrown');
}
