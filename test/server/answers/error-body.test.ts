import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import { redactor } from '../../../engine/journal/index.ts';
import { createReport } from '../../../engine/server/answers/error-body.ts';

describe('the body of a failed request', () => {
  const secret = 'sk-3f9a71c2d84e5b60';
  const { text } = redactor([secret]);

  it('tells secrets neither in the message nor anywhere in the details', () => {
    const details = {
      faults: [{ pointer: `/${secret}`, message: `got "${secret}"`, at: 3, is: [true, null, secret] }],
      [secret]: 'x',
    };
    const problem = new Problem('invalid_input', `bad ${secret}`, { details });
    const { body } = createReport(() => undefined, text)(problem, {});
    const { ref, ...error } = body.error;
    expect(ref).to.match(/^err_/);
    expect(error).to.deep.equal({
      type: 'invalid_input',
      message: 'bad [secret]',
      details: {
        faults: [{ pointer: '/[secret]', message: 'got "[secret]"', at: 3, is: [true, null, '[secret]'] }],
        '[secret]': 'x',
      },
    });
  });

  it('has no details when the problem has none', () => {
    const { body } = createReport(() => undefined, text)(new Problem('not_found', 'nothing'), {});
    expect(body.error).to.have.all.keys('type', 'message', 'ref');
  });

  it('quotes callers only so far, in the answer and in the log', () => {
    const long = 'k'.repeat(900_000);
    const logged: string[] = [];
    const problem = new Problem('invalid_request', `unknown key "${long}"`, { details: { faults: [long] } });
    const { body } = createReport(({ message }) => logged.push(message), text)(problem, {});
    expect(JSON.stringify(body).length).to.be.below(40_000);
    expect(body.error.message)
      .to.match(/^unknown key "k{9}/)
      .and.match(/… \(900014 characters\)$/);
    expect(logged).to.deep.equal([body.error.message]);
  });
});
