import { expect } from 'chai';
import { operationFault, renderOperation } from '../../../engine/adapters/tools/openapi-request.ts';
import type { RenderedRequest } from '../../../engine/adapters/tools/http-request.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { OperationCall, OperationParameter } from '../../../engine/program/tool.ts';

const parameter = (given: Partial<OperationParameter>): OperationParameter => ({
  name: 'id',
  in: 'path',
  style: 'simple',
  explode: false,
  ...given,
});

const render = (
  call: Partial<OperationCall>,
  input: Json,
  headers: Record<string, string> = {},
): RenderedRequest =>
  renderOperation(
    'tool "x"',
    { method: 'POST', path: '/a', server: undefined, parameters: [], body: undefined, ...call },
    input,
    { base: 'https://api.example.com', headers: new Headers(headers), secretHeaders: [] },
  );

describe('requests of operations', () => {
  const role = { role: 'admin', of: 'a/b' };
  for (const [style, explode, value, path] of [
    ['label', false, 5, '.5'],
    ['label', false, [3, 4], '.3,4'],
    ['label', true, [3, 4], '.3.4'],
    ['label', false, role, '.role,admin,of,a%2Fb'],
    ['label', true, role, '.role=admin.of=a%2Fb'],
    ['matrix', false, 5, ';id=5'],
    ['matrix', false, [3, 4], ';id=3,4'],
    ['matrix', true, [3, 4], ';id=3;id=4'],
    ['matrix', false, role, ';id=role,admin,of,a%2Fb'],
    ['matrix', true, role, ';role=admin;of=a%2Fb'],
    ['simple', true, role, 'role=admin,of=a%2Fb'],
    ['simple', false, ['$&', "$'"], "%24%26,%24'"],
  ] as const)
    it(`write ${JSON.stringify(value)} in a path in style ${style}${explode ? ', exploded' : ''}`, () => {
      const { url } = render(
        { path: '/a/{id}/b', parameters: [parameter({ style, explode })] },
        { id: value as unknown as Json },
      );
      expect(url.pathname).to.equal(`/a/${path}/b`);
    });

  it('climb no path in any style', () => {
    for (const [style, id] of [
      ['label', '.'],
      ['simple', '..'],
      ['simple', '.'],
      ['label', ['', '']],
      ['matrix', []],
      ['label', ''],
    ] as const)
      expect(
        () =>
          render(
            { path: '/a/{id}', parameters: [parameter({ style, explode: true })] },
            { id: id as unknown as Json },
          ),
        `${style} ${String(id)}`,
      ).to.throw();
  });

  it('send cookies that are parameters, none of which can add another, and leave those of the tool', () => {
    const cookies = ['session', 'list', 'own'].map((name) =>
      parameter({ name, in: 'cookie', style: 'form', explode: name === 'list' }),
    );
    const input = { session: 'a; admin=1\r\nx: y', list: ['b', 'c'], own: 'given' };
    expect(render({ parameters: cookies }, input, { cookie: 'own=secret' }).headers.get('cookie')).to.equal(
      'own=secret; session=a%3B%20admin%3D1%0D%0Ax%3A%20y; list=b; list=c',
    );
    expect(render({ parameters: cookies }, {}).headers.get('cookie')).to.equal(null);
  });

  it('send forms of parts that any server reads, the same bytes for the same fields', async () => {
    const call = { body: 'multipart/form-data', files: ['file'] };
    const fields = {
      text: 'a\r\n--part',
      'na"me\r\n': 'x',
      count: 2,
      tags: ['a', 'b'],
      map: { a: 1 },
      file: 'content',
    };
    const { headers, body } = render(call, { body: fields });
    expect(render(call, { body: fields }).body).to.equal(body);
    const form = await new Response(body as string, { headers }).formData();
    expect(form.get('text')).to.equal('a\r\n--part');
    expect(form.get('count')).to.equal('2');
    expect(form.getAll('tags')).to.deep.equal(['a', 'b']);
    const file = form.get('file') as File;
    expect([file.name, await file.text()]).to.deep.equal(['file', 'content']);
    expect([...form.keys()]).to.have.length(7);
  });

  it('of other styles and bodies cannot be made', () => {
    const call = { method: 'POST', path: '/a', server: undefined, parameters: [], body: undefined };
    expect(operationFault({ ...call, parameters: [parameter({ style: 'form' })] })).to.contain(
      'style "form"',
    );
    expect(operationFault({ ...call, body: 'image/png' })).to.contain('"image/png"');
    expect(operationFault({ ...call, body: 'multipart/form-data' })).to.equal(undefined);
  });
});
