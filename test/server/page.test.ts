import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';
import { programOf } from '../fakes/project.ts';

const hostile = [
  '<img src=http://canary.example/a onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '</style><style>@import "http://canary.example/b"</style>',
  "' onmouseover='alert(1)",
  '[link](javascript:alert(1)) ![beacon](http://canary.example/c)',
  '<svg/onload=alert(1)>',
  '</pre></details><iframe srcdoc="x">',
];

describe('the page of the API', () => {
  const read = async (basePath = ''): Promise<{ readonly text: string; readonly headers: Headers }> => {
    const text = hostile.join(' ');
    const inputSchema = {
      type: 'object',
      description: text,
      properties: { '<b onclick=x>': { type: 'string', default: text, enum: hostile } },
    };
    const program = await programOf({
      'engine.yaml': { name: 'paged', model: 'script/echo' },
      'models/echo.yaml': { default: { text: 'unused' } },
      'agents/echo.yaml': { description: text, inputSchema },
      'workflows/plain.yaml': { description: text, inputSchema, steps: [{ id: 'one', set: { one: 1 } }] },
    });
    const engine = await createEngine({ program, store: 'memory' });
    const server = createServer(engine, { port: 0, basePath });
    try {
      const { url } = await server.listen();
      const response = await fetch(`${url}/docs`);
      expect(response.status).to.equal(200);
      return { text: await response.text(), headers: response.headers };
    } finally {
      await server.close();
      await engine.close();
    }
  };
  let page: Awaited<ReturnType<typeof read>>;
  before(async () => {
    page = await read();
  });

  it('may do nothing in a browser but look as it does', () => {
    const { headers, text } = page;
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(Object.fromEntries(headers)).to.include({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
  });

  it('shows what the project says as text, and has no tag, attribute or address of it', () => {
    const tags = page.text.match(/<[^>]*>/g) ?? [];
    const names = new Set(tags.map((tag) => /^<\/?!?([a-z0-9]+)/i.exec(tag)?.[1]));
    expect([...names].filter((name) => name === undefined)).to.deep.equal([]);
    expect([...names].sort()).to.deep.equal(
      [
        ...[
          'a',
          'body',
          'code',
          'details',
          'div',
          'doctype',
          'h1',
          'h2',
          'h3',
          'h4',
          'head',
          'header',
          'html',
        ],
        ...['main', 'meta', 'p', 'pre', 'section', 'style', 'summary', 'table', 'td', 'th', 'title', 'tr'],
      ].sort(),
    );
    const attributes = tags.flatMap((tag) => [...tag.matchAll(/\s([\w-]+)="([^"]*)"/g)]);
    expect([...new Set(attributes.map(([, name]) => name))].sort()).to.deep.equal(
      ['charset', 'content', 'href', 'id', 'lang', 'name', 'scope', 'tabindex'].sort(),
    );
    const links = attributes.filter(([, name]) => name === 'href').map(([, , to = '']) => to);
    expect(links.filter((to) => to !== 'openapi.json' && !to.startsWith('#'))).to.deep.equal([]);
    expect(tags.join('')).not.to.match(/canary|alert|javascript/);
    expect(page.text).to.include('&#60;img src=http://canary.example/a onerror=alert(1)&#62;');
  });

  it('has all operations and schemas, and links that lead somewhere', () => {
    const { text } = page;
    for (const id of ['promptAgent.echo', 'startWorkflow.plain', 'readRun', 'readApi', 'schema.Answer'])
      expect(text).to.include(`<details id="${id}">`);
    const places = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const links = [...text.matchAll(/ href="#([^"]*)"/g)].map(([, id = '']) => decodeURIComponent(id));
    expect(links.filter((id) => !places.has(id))).to.deep.equal([]);
    expect(places.size).to.equal([...text.matchAll(/ id="/g)].length);
  });

  it('stands under the path of the server', async () => {
    expect((await read('/engine')).text).to.include('href="openapi.json"');
  });
});
