import { expect } from 'chai';
import { findTarget } from '../../engine/cli/find-target.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Program } from '../../engine/program/program.ts';

const program = {
  workflows: { refund: {}, both: {} },
  agents: { triage: {}, both: {} },
} as unknown as Program;

describe('the name that "engine run" takes', () => {
  it('means a workflow or an agent, whichever has it', () => {
    expect(findTarget(program, 'refund')).to.deep.equal({ kind: 'workflow', name: 'refund' });
    expect(findTarget(program, 'triage')).to.deep.equal({ kind: 'agent', name: 'triage' });
  });

  it('needs its kind when both have it', () => {
    expect(fault('both')).to.deep.equal([
      'invalid_request',
      '"both" is a workflow and an agent; write "workflow:both" or "agent:both"',
    ]);
    expect(findTarget(program, 'agent:both')).to.deep.equal({ kind: 'agent', name: 'both' });
    expect(findTarget(program, 'workflow:both')).to.deep.equal({ kind: 'workflow', name: 'both' });
  });

  it('is looked for among the names of its kind', () => {
    expect(fault('triag')).to.deep.equal([
      'not_found',
      'no workflow or agent "triag"; did you mean "triage"?',
    ]);
    expect(fault('workflow:triage')[0]).to.equal('workflow_not_found');
    expect(fault('agent:constructor')[0]).to.equal('agent_not_found');
  });
});

function fault(word: string): [code: string, message: string] {
  try {
    findTarget(program, word);
  } catch (thrown) {
    if (thrown instanceof Problem) return [thrown.code, thrown.message];
  }
  throw new Error(`"${word}" was found`);
}
