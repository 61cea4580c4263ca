import { InvalidArgumentError, Option, type Command } from 'commander';

/**
 * The option `--server` of a command.
 * @param what what the command does there, and what it does without it.
 */
export function serverOption(what: string): Option {
  return new Option('--server <url>', what).argParser(addressOf);
}

/** The same, of a command that takes the token of the server from the environment alone. */
export function signedServerOption(what: string): Option {
  return serverOption(`${what}; its token is in the variable ENGINE_TOKEN`);
}

/** Options that say where runs or messages are, and how they are printed; the same on every level, so that they may stand anywhere in the line. */
export function withPlace(
  command: Command,
  what = 'at this server; default: in the store of the project',
): Command {
  return command
    .addOption(signedServerOption(what))
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON');
}

function addressOf(text: string): string {
  if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  const address = `http://${text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')}`;
  const meant = URL.canParse(address) ? address : 'http://127.0.0.1:8000';
  throw new InvalidArgumentError(`Write "${meant}".`);
}
