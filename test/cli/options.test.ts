import { expect } from 'chai';
import type { Command } from 'commander';
import { declareCommands } from '../../engine/cli/options.ts';

const end = (): void => undefined;

describe('the commands', () => {
  const all = declareCommands(end);

  it('are declared as they are among all when one is called', () => {
    expect(all.commands.length).to.be.greaterThan(25);
    for (const command of all.commands) {
      const alone = declareCommands(end, command.name());
      expect(alone.commands.length, command.name()).to.be.lessThan(all.commands.length);
      const declared = alone.commands.find((other) => other.name() === command.name());
      expect(declared === undefined ? undefined : helpOf(declared)).to.equal(helpOf(command));
    }
  });

  it('are all declared for the help, an option before them, and a word that is none of them', () => {
    for (const called of [undefined, 'help', '--help', '--no-color', 'serv', ''])
      expect(helpOf(declareCommands(end, called))).to.equal(helpOf(all));
  });

  it('are not declared for the version', () => {
    expect(declareCommands(end, '--version').commands).to.deep.equal([]);
  });
});

function helpOf(command: Command): string {
  return [command.helpInformation(), ...command.commands.map(helpOf)].join('\n');
}
