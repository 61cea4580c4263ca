import { expect } from 'chai';
import { reportFailure } from '../../engine/cli/report/failure.ts';
import type { Screen, Terminal } from '../../engine/cli/terminal.ts';
import { Problem } from '../../engine/core/problem.ts';
import picocolors from 'picocolors';

describe('a failed command', () => {
  afterEach(() => delete process.env['ENGINE_DEBUG']);

  it('says what the message lacks of the details, and has the exit code of its problem', () => {
    const { terminal, written } = record();
    const problem = new Problem('model_failed', 'model "a/b" failed: \u001b[2Jno', {
      details: { model: 'a/b', status: 500, faults: [{ pointer: '/a', message: 'must be text' }] },
    });
    expect(reportFailure(problem, terminal)).to.equal(1);
    expect(written.err).to.equal(
      'error[model_failed]: model "a/b" failed: \uFFFD[2Jno\n  /a: must be text\n  status: 500\n',
    );
    expect(written.out).to.equal('');
  });

  it('of our own making is one line, and its stack only when asked for', () => {
    const quiet = record();
    expect(reportFailure(new TypeError('x is not a function'), quiet.terminal)).to.equal(3);
    expect(quiet.written.err).to.equal(
      'error[internal_error]: x is not a function\n  run it again with ENGINE_DEBUG=1 to see where\n',
    );
    process.env['ENGINE_DEBUG'] = '1';
    const loud = record();
    const cause = new RangeError('too far');
    reportFailure(new Problem('internal_error', 'an internal error occurred', { cause }), loud.terminal);
    expect(loud.written.err).to.match(/^error\[internal_error\]: too far\nRangeError: too far\n {4}at /);
  });

  it('tells programs on stdout without internals', () => {
    const { terminal, written } = record();
    reportFailure(new TypeError('secret path'), terminal, { json: 'object' });
    expect(JSON.parse(written.out)).to.deep.equal({
      error: { type: 'internal_error', message: 'an internal error occurred' },
    });
  });
});

function record(): { terminal: Terminal; written: { out: string; err: string } } {
  const written = { out: '', err: '' };
  const screen = (name: 'out' | 'err'): Screen => ({
    colors: picocolors.createColors(false),
    isTerminal: false,
    write: (text) => void (written[name] += text),
    line: (text = '') => void (written[name] += `${text}\n`),
  });
  return { terminal: { out: screen('out'), err: screen('err') }, written };
}
