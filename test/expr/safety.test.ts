import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { parseExpression, parseTemplate } from '../../engine/expr/index.ts';

describe('data stays data', () => {
  it('braces in data are printed, never rendered again', () => {
    const { template } = parseTemplate(
      '{{input.a}} {{json input}} {{quote input.a}} {{#each input}}{{this}}{{/each}}',
    );
    const a = '{{secrets.key}} ${{ 1 + 1 }}';
    expect(template?.render({ input: { a }, secrets: { key: 'hidden' } })).to.equal(
      `${a} ${JSON.stringify({ a })} \`\`\`text\n${a}\n\`\`\` ${a}`,
    );
  });

  it('quoted text cannot close its fence', () => {
    const { template } = parseTemplate('{{quote x}}');
    for (const x of ['```', 'a\n````\nb', '`'.repeat(50), '```text\n```\n']) {
      const lines = template?.render({ x }).split('\n') ?? [];
      const fence = lines.at(-1) ?? '';
      expect(lines[0]).to.equal(`${fence}text`);
      expect(lines.slice(1, -1).some((line) => line.includes(fence))).to.equal(false);
    }
  });

  it('names of prototypes do not resolve, from expressions or templates', () => {
    const scope = { a: { b: 1 }, list: [1], text: 'x' };
    for (const name of ['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'isPrototypeOf']) {
      for (const target of ['', 'a.', 'list.', 'text.']) {
        expect(thrown(() => evaluate(target + name, scope))).to.equal('expression_failed');
        expect(thrown(() => parseTemplate(`{{${target}${name}}}`).template?.render(scope))).to.equal(
          'template_failed',
        );
      }
    }
    for (const key of ['constructor', '__proto__', 'prototype', 'toString']) {
      expect(thrown(() => evaluate('a[key]', { ...scope, key }))).to.equal('expression_failed');
      expect(evaluate('key in a', { ...scope, key })).to.equal(false);
    }
  });

  it('a key called "constructor" or "__proto__" in data is only data', () => {
    const data = JSON.parse('{"constructor": {"name": "c"}, "__proto__": {"x": 1}, "a": 1}') as unknown;
    expect(evaluate('data.a', { data })).to.equal(1);
    expect(evaluate('data["constructor"].name', { data })).to.equal('c');
    expect(evaluate('{"__proto__": {"x": n}, "m": n}.x.default("none")', { n: 1 })).to.equal('none');
    expect(({} as { x?: number }).x).to.equal(undefined);
    expect(parseTemplate('{{data.a}} {{json data}}').template?.render({ data })).to.equal(
      `1 ${JSON.stringify(data)}`,
    );
  });

  it('failures never show data', () => {
    const secret = 'hunter2';
    const scope = { s: secret, o: { [secret]: secret }, l: [secret] };
    const sources = [
      's + null',
      'int(s)',
      'o.x',
      'o[s].x',
      'l[5]',
      's.x',
      'parseJson(s)',
      's.matches(s + "(")',
      's && true',
    ];
    for (const source of sources) {
      const problem = problemOf(() => evaluate(source, scope));
      expect(problem?.message ?? '').to.not.contain(secret);
    }
    for (const source of ['{{o}}', '{{o.x}}', '{{s.x}}', '{{date s}}', '{{join s}}', '{{upper l}}']) {
      const problem = problemOf(() => parseTemplate(source).template?.render(scope));
      expect(problem?.code).to.equal('template_failed');
      expect(problem?.message).to.not.contain(secret);
    }
  });

  it('evaluating changes nothing in the scope and shares what it did not touch', () => {
    const scope = Object.freeze({ list: Object.freeze([3, 1, 2]), o: Object.freeze({ a: 1 }) });
    expect(evaluate('sortBy(list)', scope)).to.deep.equal([1, 2, 3]);
    expect(evaluate('o', scope)).to.equal(scope.o);
    expect(scope.list).to.deep.equal([3, 1, 2]);
  });
});

function evaluate(source: string, scope: Record<string, unknown>): unknown {
  return parseExpression(source).expression?.evaluate(scope);
}

function problemOf(run: () => unknown): Problem | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
}

function thrown(run: () => unknown): string | undefined {
  return problemOf(run)?.code;
}
