import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { add } from '../../engine/cli/commands/add.ts';
import { shippedGuides } from '../../engine/cli/connectors/find-guide.ts';
import { readGuide } from '../../engine/cli/connectors/guide.ts';
import type { Screen, Terminal } from '../../engine/cli/terminal.ts';
import { findingsOf, projectOf, temporaryFolder } from '../fakes/project.ts';
import { failureOf } from '../engine/kit.ts';

const guide = (front: string, body: string): string => `---\n${front}\n---\n\n${body}\n`;
const shop = guide(
  'name: shop\ndescription: A shop.\nkind: tool\nadds: [src/agents/seller.md]',
  'Do this.\n\n<!-- file: src/agents/seller.md -->\n````markdown\n---\ndescription: Sells.\n---\n```js\nnever();\n```\n````\n\nThen that.',
);

describe('cli: engine add', () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];

  before((done) => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/moved') response.writeHead(302, { location: '/shop.md' }).end();
      else if (request.url === '/away')
        response.writeHead(302, { location: 'http://example.com/shop.md' }).end();
      else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
      else if (request.url === '/large') response.end('x'.repeat(300_000));
      else if (request.url === '/none') response.writeHead(404).end();
      else response.end(shop);
    }).listen(0, '127.0.0.1', () => {
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => server.close());

  for (const name of readdirSync(new URL('../../specs/connectors/', import.meta.url))) {
    it(`the guide ${name} gives a project without findings, with what it says for engine.yaml`, async () => {
      const [found] = (await shippedGuides()).filter((one) => `${one.name}.md` === name);
      expect(found, 'its name is that of its file').to.not.equal(undefined);
      const config = /<!-- part: engine\.yaml -->\n```yaml\n([\s\S]*?)```/.exec(found?.body ?? '')?.[1] ?? '';
      const project = projectOf({
        'engine.yaml': `${/^model:/m.test(config) ? '' : 'model: script/any\n'}${config}`,
        'src/models/any.yaml': 'default: { text: ok }\n',
        'src/agents/user.yaml': `description: Uses it.\ntools: [${(found?.files ?? [])
          .flatMap(({ path }) => /^src\/tools\/(\w+)\.yaml$/.exec(path)?.[1] ?? [])
          .join(', ')}]\n`,
        'archive/a.txt': 'a',
        'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js': '',
      });
      expect(await run(name.replace('.md', ''), project, { write: true })).to.include('what is left to do');
      expect(await findingsOf(project)).to.deep.equal([]);
    });
  }

  it('shows, prints and writes a guide of a file and of an address, and runs nothing', async () => {
    const file = join(temporaryFolder(), 'shop.md');
    writeFileSync(file, shop);
    for (const word of [file, `${url}/shop.md`, `${url}/moved`]) {
      const project = projectOf({});
      const shown = await run(word, project);
      expect(shown).to.contain('shop: A shop.\n  src/agents/seller.md\n');
      expect(await run(word, project, { print: true })).to.match(/^Do this\.[\s\S]*Then that\.\n$/);
      expect(readdirSync(project)).to.deep.equal([]);
      expect(await run(word, project, { write: true })).to.equal(
        'shop: A shop.\n  src/agents/seller.md\n\n1 file written; what is left to do:\n\nDo this.\n\n`src/agents/seller.md`\n\nThen that.\n',
      );
      expect(readFileSync(join(project, 'src/agents/seller.md'), 'utf8')).to.equal(
        '---\ndescription: Sells.\n---\n```js\nnever();\n```\n',
      );
      expect(await run(word, project, { write: true })).to.contain(
        'seller.md (as it was)\n\nnothing to write; what is left to do:',
      );
    }
  });

  it('overwrites nothing, and writes through no symbolic link', async () => {
    const project = projectOf({ 'src/agents/seller.md': 'mine' });
    expect(await failureOf(run(`${url}/shop.md`, project, { write: true }))).to.deep.equal({
      type: 'conflict',
      message: '1 file is there already, so nothing was written; move it away',
    });
    expect(readFileSync(join(project, 'src/agents/seller.md'), 'utf8')).to.equal('mine');
    const outside = temporaryFolder();
    const linked = projectOf({});
    mkdirSync(join(linked, 'src'));
    symlinkSync(outside, join(linked, 'src/agents'));
    expect(await failureOf(run(`${url}/shop.md`, linked, { write: true }))).to.deep.equal({
      type: 'conflict',
      message: '"src/agents" is a symbolic link, so nothing is written through it',
    });
    expect(readdirSync(outside)).to.deep.equal([]);
  });

  it('reads addresses of https and of this machine only, within bounds', async () => {
    for (const [word, message] of [
      ['http://example.com/a.md', /is not read: a guide comes from an https address/],
      ['file:///etc/passwd', /is not read/],
      [`${url}/away`, /"http:\/\/example\.com\/shop\.md" is not read/],
      [`${url}/round`, /more than 3 redirects/],
      [`${url}/large`, /larger than 262144 bytes/],
      [`${url}/none`, /status 404/],
      ['http://127.0.0.1:1/a.md', /no connection/],
      ['./missing.md', /there is no file/],
      ['githup', /no guide "githup"; did you mean "github"\?/],
    ] as const)
      expect((await failureOf(run(word, '.'))).message).to.match(message);
    expect(asked).to.include('/away');
  });

  it('a guide may add specs and their code in their folders, and nothing else', () => {
    for (const path of [
      '../x.yaml',
      '/etc/x.yaml',
      'src/../../x.yaml',
      'engine.yaml',
      'package.json',
      'src/.env',
      '.engine/data/x.json',
      'src/x.sh',
      '.github/workflows/x.yaml',
      'src\\x.yaml',
      'C:/x.yaml',
    ]) {
      const text = guide(
        `name: a\ndescription: A.\nkind: tool\nadds: ['${path}']`,
        `<!-- file: ${path} -->\n\`\`\`yaml\na: 1\n\`\`\``,
      );
      expect(() => readGuide(text, 'it'), path).to.throw(/it is no guide: ".*" must be/);
    }
    for (const [text, why] of [
      ['# Only text', 'front matter'],
      ['---js\nprocess.exit(1)\n---\n', 'front matter'],
      [guide('name: A B\ndescription: A.\nkind: tool', ''), '"name"'],
      [guide('name: a\ndescription: A.\nkind: tool\nadds: [src/a.yaml]', ''), 'no block'],
      [
        guide('name: a\ndescription: A.\nkind: tool', '<!-- file: src/a.yaml -->\n```yaml\na: 1\n```'),
        'not listed',
      ],
      [guide('name: [', ''), 'not YAML'],
    ] as const)
      expect(() => readGuide(text, 'it'), why).to.throw(why);
  });

  it('what a guide says to a terminal is harmless', async () => {
    const file = join(temporaryFolder(), 'evil.md');
    writeFileSync(file, guide('name: evil\ndescription: "A \\e]0;x\\a"\nkind: tool', 'Steps \u001b[2J.'));
    expect(await run(file, '.', { print: true })).to.not.contain('\u001b');
    expect(await run(file, '.')).to.not.contain('\u001b');
    expect(existsSync(join('.', 'evil'))).to.equal(false);
  });
});

/** What the command writes to stdout. */
async function run(
  word: string,
  project: string,
  options: { readonly print?: boolean; readonly write?: boolean } = {},
): Promise<string> {
  let text = '';
  const colors = {} as Screen['colors'];
  const screen = (take: (more: string) => void): Screen => ({
    colors,
    isTerminal: false,
    write: take,
    line: (line = '') => take(`${line}\n`),
  });
  const terminal: Terminal = { out: screen((more) => (text += more)), err: screen(() => undefined) };
  await add(word, { project, ...options }, terminal);
  return text;
}
