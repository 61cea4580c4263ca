import { expect } from 'chai';
import { rankIndex } from '../../engine/session/tool-calls/rank-tools.ts';

const tools = [
  { name: 'github__create_issue', description: 'Opens a new issue in a repository.' },
  { name: 'github__list_issues', description: 'Lists issues of a repository, newest first.' },
  { name: 'github__mergePullRequest', description: 'Merges a pull request.' },
  { name: 'mail__send', description: 'Sends a mail to people, for example about an issue in a repository.' },
  { name: 'files__read', description: 'Reads a file.' },
];
const found = (query: string, limit = 10): string[] =>
  rankIndex(tools)
    .search(query, limit)
    .map(({ item }) => item.name);

describe('the index of tools', () => {
  it('ranks by rare words, the name before the description, plurals and parts of names included', () => {
    expect(found('create an issue').slice(0, 2)).to.deep.equal([
      'github__create_issue',
      'github__list_issues',
    ]);
    expect(found('issues')[0]).to.be.oneOf(['github__create_issue', 'github__list_issues']);
    expect(found('merge pull request')[0]).to.equal('github__mergePullRequest');
    expect(found('SEND mail')[0]).to.equal('mail__send');
  });

  it('finds no more than it is asked for, best first, and nothing without a word in common', () => {
    expect(found('issue', 2)).to.have.length(2);
    expect(found('weather')).to.deep.equal([]);
    expect(found('')).to.deep.equal([]);
    const scores = rankIndex(tools)
      .search('issue repository', 5)
      .map(({ score }) => score);
    expect(scores).to.deep.equal([...scores].sort((a, b) => b - a));
    expect(scores.every((score) => score > 0)).to.equal(true);
  });

  it('takes ten thousand tools', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      name: `s__tool_${at}`,
      description: `Does thing ${at}.`,
    }));
    const index = rankIndex(many);
    expect(index.search('thing 7777', 1)[0]?.item.name).to.equal('s__tool_7777');
  });
});
