import { expect } from 'chai';
import { githubReport } from '../../engine/cli/report/github.ts';
import { projectOption } from '../../engine/cli/report/project-option.ts';
import { table } from '../../engine/cli/report/table.ts';
import { printable } from '../../engine/cli/terminal.ts';
import { sampleOf } from '../../engine/cli/report/sample-of.ts';
import { plainUsageError } from '../../engine/cli/usage-error.ts';

describe('what the command line prints', () => {
  it('escapes what GitHub would read as its own syntax', () => {
    const at = (line: number, column: number) => ({ line, column, offset: 0 });
    const report = githubReport(
      [
        {
          rule: 'schema/unknown-key',
          level: 'error',
          message: 'unknown key "100%"\nreally',
          file: 'src/a,b:c.md',
          range: { start: at(2, 3), end: at(2, 8) },
        },
        { rule: 'source/x', level: 'info', message: 'm', file: 'b.md', hint: 'h' },
      ],
      { project: process.cwd() },
    );
    expect(report.split('\n')).to.deep.equal([
      '::error file=src/a%2Cb%3Ac.md,line=2,endLine=2,col=3,endColumn=7,title=schema/unknown-key::unknown key "100%25"%0Areally',
      '::notice file=b.md,title=source/x::m (h)',
    ]);
  });

  it('keeps control characters of foreign text from the terminal', () => {
    expect(printable('a\u001b[31mb\r\nc\td\u0007')).to.equal('a\uFFFD[31mb\nc\td\uFFFD');
  });

  it('names the project in commands to go on with, unless it is the current folder', () => {
    expect([projectOption('.'), projectOption('examples/hello'), projectOption('my shop')]).to.deep.equal([
      '',
      ' --project examples/hello',
      ' --project "my shop"',
    ]);
  });

  it('aligns columns without spaces at line ends', () => {
    expect(
      table([
        ['A', 'B'],
        ['long', ''],
        ['x', 'y'],
      ]),
    ).to.equal('A     B\nlong\nx     y');
  });

  it('makes a sample of a schema that a person can begin with', () => {
    const schema = {
      type: 'object',
      required: ['name', 'tags', 'level', 'count', 'more'],
      properties: {
        name: { type: 'string', examples: ['Ada'] },
        tags: { type: 'array', minItems: 1, items: { type: 'string' } },
        level: { enum: ['low', 'high'] },
        count: { type: ['integer', 'null'], minimum: 2 },
        left: { type: 'string' },
      },
    };
    const sample = { name: 'Ada', tags: ['text'], level: 'low', count: 2, more: {} };
    expect(sampleOf(schema)).to.deep.equal(sample);
    expect(sampleOf(undefined)).to.deep.equal({});
  });

  it('puts messages of the argument parser in the words of the rest', () => {
    expect(plainUsageError("error: unknown command 'rnu'\n(Did you mean one of run, runs?)\n")).to.equal(
      'error: unknown command "rnu"; did you mean "run" or "runs"?\nsee "engine --help"\n',
    );
    expect(plainUsageError("error: unknown option '--prot'", 'engine serve')).to.equal(
      'error: unknown option "--prot"\nsee "engine serve --help"\n',
    );
  });
});
