import type { Sandbox } from '../program/sandbox.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { pathPatterns } from './path-patterns.ts';

/** Files out of reach where a spec does not say which are: what mostly holds secrets. */
const defaultProtect: readonly string[] = ['.env', '.env.*'];

/** Files that may be read only where a spec does not say: what changes what the engine, git or an editor run. */
const defaultFrozen: readonly string[] = ['.git', '.engine', 'engine.yaml', 'engine.yml', '.vscode', '.idea'];

/** The files that nothing may touch: those that `protect` lists, which takes the place of the ones protected by default. */
export function linkProtected(reporter: Reporter, node: Node): Pick<Sandbox['files'], 'protect' | 'frozen'> {
  if (node.value === undefined) return { protect: defaultProtect, frozen: defaultFrozen };
  return { protect: pathPatterns(reporter, node) };
}

/** Notes what a sandbox of this type cannot keep its commands to. */
export function noteNotKept(reporter: Reporter, root: Node, type: string): void {
  const hasCommands = root.get('shell').flag() === true;
  for (const { key, types, onlyCommands } of kept) {
    const node = key.reduce((at, part) => at.get(part), root);
    const isSaid = key[0] === 'write' ? node.list().length > 0 : node.value !== undefined;
    if (!isSaid || types.includes(type) || (onlyCommands && !hasCommands)) continue;
    const cure = onlyCommands
      ? `take it out, or take out "shell": commands there go where they want`
      : `take it out, or use another type: ${types.filter((one) => one !== 'none' && one !== 'custom').join(', ')}`;
    reporter.unavailable(
      node,
      `a sandbox of type "${type}" cannot keep to "${key.join('.')}"; ${cure}`,
      'key',
    );
  }
}

const inside = ['none', 'virtual'];
const here = [...inside, 'custom', 'isolated'];
const kept: readonly {
  readonly key: readonly string[];
  readonly types: readonly string[];
  readonly onlyCommands: boolean;
}[] = [
  { key: ['read'], types: inside, onlyCommands: true },
  { key: ['write'], types: inside, onlyCommands: true },
  { key: ['protect'], types: [...inside, 'isolated'], onlyCommands: true },
  {
    key: ['network'],
    types: [...inside, 'custom', 'isolated', 'daytona', 'e2b', 'modal', 'runloop'],
    onlyCommands: true,
  },
  { key: ['limits', 'files'], types: inside, onlyCommands: false },
  { key: ['limits', 'memoryMb'], types: [...here, 'local'], onlyCommands: false },
  { key: ['limits', 'processes'], types: here, onlyCommands: false },
];
