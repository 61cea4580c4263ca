import { expect } from 'chai';
import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusPath, streamPath } from '../../engine/cli/dev/dev-routes.ts';
import { declareCommands } from '../../engine/cli/options.ts';
import { unavailableKeys } from '../../engine/link/unavailable.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { anchorsOf } from './anchors.ts';
import { root } from './page.ts';
import { keysOf, knowsKey, rowsOf, testsOf, titlesOf } from './parity.ts';

describe('docs/parity.md', () => {
  const text = readFileSync(join(root, 'docs/parity.md'), 'utf8');
  const rows = rowsOf(text);
  // Without what is said of others.
  const ours = rows.reduce((left, { theirs }) => left.replace(`| ${theirs} |`, '| |'), text);
  const spans = [...ours.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);

  it('has rows', () => expect(rows.length).to.be.above(100));

  it('shows each row by a test, or says "by design" or "not yet" with what there is', () => {
    const wrong = rows.filter(({ here, shownBy }) => {
      if (shownBy === 'not yet' || shownBy === 'by design') return !here.includes(shownBy);
      return testsOf(shownBy).length === 0 || here.includes('not yet');
    });
    expect(wrong).to.deep.equal([]);
  });

  it('names pages and headings that are there, in every row', () => {
    const wrong = rows.filter(({ page }) => {
      const links = [...page.matchAll(/\]\(([\w-]+\.md)(?:#([^)]+))?\)/g)];
      return (
        links.length === 0 ||
        links.some(([, file = '', heading]) => {
          const path = join(root, 'docs', file);
          if (!existsSync(path)) return true;
          return heading !== undefined && !anchorsOf(readFileSync(path, 'utf8')).includes(heading);
        })
      );
    });
    expect(wrong).to.deep.equal([]);
  });

  it('names tests that are there', () => {
    const gone = rows
      .flatMap(({ shownBy }) => testsOf(shownBy))
      .filter(({ file, title }) => !existsSync(join(root, file)) || !titlesOf(file).includes(title));
    expect(gone).to.deep.equal([]);
  });

  it('names commands and options that are there, and every command', () => {
    const named = new Set<string>();
    const unknown = spans
      .filter((span) => /^engine [a-z]/.test(span))
      .filter((span) => {
        const words = span.split(' ').slice(1);
        const path = words.filter((word) => !word.startsWith('-'));
        named.add(path.join(' '));
        const command = commands.get(path.join(' '));
        const options = command?.options.map(({ long }) => long) ?? [];
        return command === undefined || words.some((word) => word.startsWith('-') && !options.includes(word));
      });
    expect(unknown).to.deep.equal([]);
    expect([...commands.keys()].filter((path) => !named.has(path))).to.deep.equal([]);
  });

  it('names routes that are there, and every route', () => {
    const there = [
      ...routes.map(({ method, path }) => `${method} ${path}`),
      `GET ${statusPath}`,
      `GET ${streamPath}`,
    ];
    const named = spans.filter((span) => /^[A-Z]+ \//.test(span));
    expect(named.filter((route) => !there.includes(route))).to.deep.equal([]);
    expect(there.filter((route) => !named.includes(route))).to.deep.equal([]);
  });

  it('names keys that are there', () => {
    const keys = keysOf(ours);
    expect(keys.length).to.be.above(40);
    expect(keys.filter(({ kind, key }) => !knowsKey(kind, key))).to.deep.equal([]);
  });
});

describe('docs/project.md', () => {
  it('marks the keys that are not acted on, and no others', () => {
    const text = readFileSync(join(root, 'docs/project.md'), 'utf8');
    const marked = text.split('\n').flatMap((line) => {
      const [, key = '', says = ''] = /^\| `([\w.]+)`(.* ◦ .*) \|$/.exec(line) ?? [];
      if (says.startsWith(' ◦')) return [key];
      return [...says.slice(says.indexOf('◦')).matchAll(/`(\w+)`/g)]
        .slice(0, says === '' ? 0 : undefined)
        .map(([, inner = '']) => `${key}.${inner}`);
    });
    expect(marked.sort()).to.deep.equal([...(unavailableKeys['project'] ?? [])].sort());
  });
});

/** All commands by their words, such as `runs list`. */
const commands = (() => {
  const found = new Map<string, Command>();
  const walk = (command: Command, path: readonly string[]): void => {
    for (const inner of command.commands) {
      const words = [...path, inner.name()];
      found.set(words.join(' '), inner);
      walk(inner, words);
    }
  };
  walk(
    declareCommands(() => undefined),
    [],
  );
  return found;
})();
